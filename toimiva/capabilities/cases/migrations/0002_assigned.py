"""A case may be assigned to an official."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("cases", "0001_initial")]

    operations = [
        migrations.AddField("case", "assigned", models.CharField(blank=True, default="", max_length=80), preserve_default=False)
    ]
