"""Each offer tells whether its seat is held for it; those that were given up or ended hold none."""

from django.db import migrations, models


def note_freed(apps, schema_editor):
    ended = ["declined", "no_reply", "withdrawn"]
    apps.get_model("offers", "Offer").objects.filter(state__in=ended).update(holds=False)


class Migration(migrations.Migration):
    dependencies = [("offers", "0002_nearby_units")]

    operations = [
        migrations.AddField("offer", "holds", models.BooleanField(default=True)),
        migrations.RunPython(note_freed, migrations.RunPython.noop),
    ]
