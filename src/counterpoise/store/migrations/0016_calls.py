"""Calls of a forecast: each stays as it was made, whoever holds the connection."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = "store_forecastcall"


def refuse_changes(apps: Any, schema_editor: Any) -> None:
    for verb in ("update", "delete"):
        if schema_editor.connection.vendor == "postgresql":
            schema_editor.execute(
                f"create trigger {TABLE}_no_{verb} before {verb} on {TABLE}"
                " for each row execute function counterpoise_refuse_change()"
            )
        else:
            schema_editor.execute(
                f"create trigger {TABLE}_no_{verb} before {verb} on {TABLE}"
                f" begin select raise(abort, '{TABLE} is append-only'); end"
            )


def allow_changes(apps: Any, schema_editor: Any) -> None:
    on = f" on {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    for verb in ("update", "delete"):
        schema_editor.execute(f"drop trigger if exists {TABLE}_no_{verb}{on}")


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0015_marks"),
    ]

    operations = [
        migrations.CreateModel(
            name="ForecastCall",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("period", models.CharField(max_length=16)),
                ("scope", models.CharField(max_length=8)),
                ("name", models.CharField(max_length=200)),
                ("voice", models.CharField(max_length=8)),
                ("commit", models.CharField(max_length=40)),
                ("best_case", models.CharField(max_length=40)),
                ("pipeline", models.CharField(blank=True, max_length=40)),
                ("won", models.CharField(max_length=40)),
                ("as_of", models.DateField()),
                ("comment", models.TextField(blank=True)),
                ("role", models.CharField(max_length=16)),
                ("made_at", models.DateTimeField()),
                ("kept_at", models.DateTimeField()),
                (
                    "author",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="calls",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["made_at", "id"],
                "indexes": [models.Index(fields=["period"], name="calls_of_a_period")],
            },
        ),
        migrations.RunPython(refuse_changes, allow_changes),
    ]
