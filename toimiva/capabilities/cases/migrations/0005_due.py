from datetime import timedelta

from django.db import migrations, models


def a_week_after_opening(apps, _):
    apps.get_model("cases", "Case").objects.update(due=models.F("opened") + timedelta(days=7))


class Migration(migrations.Migration):

    dependencies = [
        ("cases", "0004_notes"),
    ]

    operations = [
        migrations.AddField(model_name="case", name="due", field=models.DateTimeField(null=True)),
        migrations.RunPython(a_week_after_opening, migrations.RunPython.noop),
        migrations.AlterField(model_name="case", name="due", field=models.DateTimeField()),
    ]
