"""Calls keep the currency that they are in; those made before get what the company used then."""

from typing import Any

from django.db import migrations, models

RULE = "company.currency"
TABLE = "store_forecastcall"


def allow_changes(apps: Any, schema_editor: Any) -> None:
    on = f" on {TABLE}" if schema_editor.connection.vendor == "postgresql" else ""
    for verb in ("update", "delete"):
        schema_editor.execute(f"drop trigger if exists {TABLE}_no_{verb}{on}")


def refuse_changes(apps: Any, schema_editor: Any) -> None:
    """SQLite makes the table anew for a column, and with the old one its triggers went."""
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


def state_currency(apps: Any, schema_editor: Any) -> None:
    """What the rulebook said when the call was kept, of the day of its data; else what the run
    before it was in. Where neither says, it stays unknown."""
    for call in apps.get_model("store", "ForecastCall").objects.order_by("id"):
        call.currency = _find_ruled(apps, call) or _find_run(apps, call)
        if call.currency:
            call.save(update_fields=["currency"])


def _find_ruled(apps: Any, call: Any) -> str:
    rules = apps.get_model("store", "RuleEntry").objects.filter(
        key=RULE, subject="", recorded_at__lte=call.kept_at, effective_from__lte=call.as_of
    )
    last = rules.order_by("effective_from", "id").last()
    return last.value.strip()[:16] if last else ""


def _find_run(apps: Any, call: Any) -> str:
    runs = apps.get_model("store", "CycleRun").objects.filter(ran_at__lte=call.kept_at)
    last = runs.exclude(whole=None).order_by("ran_at").last()
    return str(last.whole.get("currency") or "")[:16] if last else ""


class Migration(migrations.Migration):
    dependencies = [
        ("store", "0017_publications"),
    ]

    operations = [
        migrations.RunPython(allow_changes, refuse_changes),
        migrations.AddField(
            "forecastcall", "currency", models.CharField(default="", max_length=16)
        ),
        migrations.RunPython(state_currency, migrations.RunPython.noop),
        migrations.RunPython(refuse_changes, allow_changes),
    ]
