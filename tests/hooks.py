"""A marketing system of the invented company, which sends signed events to a hook."""

import json
from datetime import UTC, datetime

from counterpoise.domain.collect.deliveries import Places
from counterpoise.domain.collect.signatures import Agreement, Sent, sign

NOW = datetime(2026, 10, 1, 9, 0, tzinfo=UTC)
STANDARD = Agreement("standard")
PLACES = Places(records="data", kind="data_type", version="version")


def open_hook(name="marketing", *, places=PLACES, agreement=STANDARD, now=NOW, **other):
    """The hook and its secret."""
    from counterpoise.actions import hooks

    wish = hooks.Wish(name, agreement, places, **other)
    return hooks.make(wish, by=None, now=now)


def lead(key, version=1, **said):
    """A lead as the marketing system tells of it."""
    facts = {
        "data_type": "lead",
        "version": version,
        "lead_id": key,
        "email": f"{key}@client.example",
        "created_at": "2026-09-01T08:00:00Z",
        **said,
    }
    return {name: value for name, value in facts.items() if value != ...}


def write(*records):
    return json.dumps({"data": list(records)}, ensure_ascii=False).encode()


def deliver(secret, known_as, *records, name="marketing", now=NOW):
    """Send a delivery past the web, and what the hook answers."""
    from counterpoise.actions import arrivals

    body = write(*records)
    return arrivals.receive(name, Sent(sign(secret, known_as, now, body), body), now=now)


def say_meaning(name="marketing", *, now=NOW):
    """A person looks at what was proposed, and confirms it."""
    from counterpoise.actions import hooks
    from counterpoise.store import hooks as stored

    hook = stored.get_hook(name)
    proposed = hooks.propose(hook)
    hooks.confirm(hook, proposed.mapping, edition=hook.edition, now=now)
    return proposed


def read_leads(workspace):
    """Every lead of the current build, by its key."""
    import pyarrow.dataset as ds

    from counterpoise.store import ledger

    folder = workspace.build_folder(ledger.get_current_build().id) / "lead"
    rows = ds.dataset(folder, format="parquet").to_table().to_pylist()
    return {row["source_id"]: row for row in rows}
