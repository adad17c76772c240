"""Overrides get kinds, whole periods and a last day; those that were made before count in order."""

from django.db import migrations, models
from django.db.models import Q

FIGURE = ("period", "measure", "span", "month", "cell")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0012_providers"),
    ]

    operations = [
        migrations.RemoveConstraint("forecastoverride", "one_current_override_a_cell"),
        migrations.AddField(
            "forecastoverride", "kind", models.CharField(default="absolute", max_length=16)
        ),
        migrations.AddField(
            "forecastoverride", "change", models.CharField(default="0", max_length=40)
        ),
        migrations.AddField(
            "forecastoverride", "span", models.CharField(default="month", max_length=8)
        ),
        migrations.AddField("forecastoverride", "expires_on", models.DateField(null=True)),
        migrations.AddField("forecastoverride", "is_firm", models.BooleanField(default=False)),
        migrations.AddField(
            "forecastoverride", "currency", models.CharField(default="", max_length=16)
        ),
        migrations.AddConstraint(
            "forecastoverride",
            models.UniqueConstraint(
                fields=FIGURE,
                condition=Q(is_current=True) & ~Q(kind="lock"),
                name="one_current_override_a_figure",
            ),
        ),
        migrations.AddConstraint(
            "forecastoverride",
            models.UniqueConstraint(
                fields=FIGURE,
                condition=Q(is_current=True, kind="lock"),
                name="one_current_lock_a_figure",
            ),
        ),
    ]
