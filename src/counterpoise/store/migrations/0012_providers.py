from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0011_own_measures"),
    ]

    operations = [
        migrations.AddField("enrichmentprovider", "age_days", models.IntegerField(default=0)),
        migrations.AddField("enrichmentprovider", "is_paused", models.BooleanField(default=False)),
        migrations.AddField("enrichmentprovider", "edition", models.IntegerField(default=1)),
    ]
