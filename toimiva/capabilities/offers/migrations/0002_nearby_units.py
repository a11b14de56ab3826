"""Units to choose are kept as the JSON text that placement writes."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("offers", "0001_initial")]

    operations = [
        migrations.RenameField("offer", "choices", "nearby"),
        migrations.AlterField("offer", "nearby", models.TextField(default="[]")),
    ]
