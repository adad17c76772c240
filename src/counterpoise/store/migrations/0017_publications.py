"""Ranges as they were published: each stays as it was, whoever holds the connection."""

from typing import Any

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

TABLE = "store_rangepublication"


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
        ("store", "0016_calls"),
    ]

    operations = [
        migrations.CreateModel(
            name="RangePublication",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("digest", models.CharField(max_length=64, unique=True)),
                ("measure", models.CharField(max_length=64)),
                ("as_of", models.DateField()),
                ("run", models.CharField(blank=True, max_length=64)),
                ("made_at", models.DateTimeField()),
                ("document", models.JSONField()),
                (
                    "author",
                    models.ForeignKey(
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to=settings.AUTH_USER_MODEL,
                    ),
                ),
            ],
            options={
                "ordering": ["id"],
            },
        ),
        migrations.RunPython(refuse_changes, allow_changes),
    ]
