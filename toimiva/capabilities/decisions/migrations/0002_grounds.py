"""Decisions that officials make carry their grounds."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("decisions", "0001_initial")]

    operations = [migrations.AddField("decision", "grounds", models.TextField(blank=True, default=""), preserve_default=False)]
