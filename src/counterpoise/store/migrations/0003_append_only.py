"""Rows that are evidence cannot be changed, whoever holds the connection; first accounts get roles."""

from typing import Any

from django.db import migrations

EVIDENCE = ("store_auditentry", "store_frozenplan", "store_signature")


def refuse_changes(apps: Any, schema_editor: Any) -> None:
    execute = schema_editor.execute
    if schema_editor.connection.vendor == "postgresql":
        execute(
            "create or replace function counterpoise_refuse_change() returns trigger as $$"
            " begin raise exception '% is append-only', tg_table_name; end; $$ language plpgsql",
            params=None,
        )
    for table in EVIDENCE:
        for verb in ("update", "delete"):
            if schema_editor.connection.vendor == "postgresql":
                execute(
                    f"create trigger {table}_no_{verb} before {verb} on {table}"
                    " for each row execute function counterpoise_refuse_change()"
                )
            else:
                execute(
                    f"create trigger {table}_no_{verb} before {verb} on {table}"
                    f" begin select raise(abort, '{table} is append-only'); end"
                )


def allow_changes(apps: Any, schema_editor: Any) -> None:
    for table in EVIDENCE:
        for verb in ("update", "delete"):
            on = f" on {table}" if schema_editor.connection.vendor == "postgresql" else ""
            schema_editor.execute(f"drop trigger if exists {table}_no_{verb}{on}")


def name_roles(apps: Any, schema_editor: Any) -> None:
    apps.get_model("store", "User").objects.filter(is_superuser=True).update(role="administrator")
    apps.get_model("store", "AuditHead").objects.get_or_create(pk=1)


class Migration(migrations.Migration):
    dependencies = [("store", "0002_web_application")]
    operations = [
        migrations.RunPython(refuse_changes, allow_changes),
        migrations.RunPython(name_roles, migrations.RunPython.noop),
    ]
