"""A case that the rules left to a person keeps the facts they looked at."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0002_assigned")]

    operations = [migrations.AddField("case", "facts", models.TextField(blank=True, default=""), preserve_default=False)]
