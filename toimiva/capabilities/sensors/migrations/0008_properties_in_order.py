import django.db.models.deletion
from django.db import migrations, models


def keep_properties(apps, schema_editor):
    """The properties of each stream of several, in the order in which they were linked."""
    linked = apps.get_model("sensors", "MultiDatastream").observed_properties.through
    kept = apps.get_model("sensors", "PropertyOfSeveral")
    rows = linked.objects.order_by("pk").values_list("multidatastream_id", "observedproperty_id")
    kept.objects.bulk_create(
        kept(multi_datastream_id=stream, observed_property_id=observed) for stream, observed in rows
    )


class Migration(migrations.Migration):

    dependencies = [
        ('sensors', '0007_tasking'),
    ]

    operations = [
        migrations.CreateModel(
            name='PropertyOfSeveral',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('multi_datastream', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='sensors.multidatastream')),
                ('observed_property', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='places', to='sensors.observedproperty')),
            ],
        ),
        migrations.RunPython(keep_properties, migrations.RunPython.noop),
        migrations.RemoveField(
            model_name='multidatastream',
            name='observed_properties',
        ),
        migrations.AddField(
            model_name='multidatastream',
            name='observed_properties',
            field=models.ManyToManyField(related_name='multi_datastreams', through='sensors.PropertyOfSeveral', to='sensors.observedproperty'),
        ),
    ]
