"""A run of the invented company whose forecast is small enough to override by hand, kept."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from itertools import count

from counterpoise.domain.values.document import to_document
from overriding import FORECAST, GULF, OCTOBER
from reporting_company import build_cycle
from written_builds import at, write_build

RAN_AT = datetime(2026, 9, 30, 18, tzinfo=UTC)
NOW = datetime(2026, 10, 1, 9, tzinfo=UTC)
PERIOD = "2026-Q4"
_MOMENTS = count()
GULF_IN_OCTOBER = ("won_revenue", OCTOBER, GULF)
WHOLE_OCTOBER = ("won_revenue", OCTOBER, ())


def build_small_cycle(**changes):
    return replace(build_cycle(), forecast=FORECAST, **changes)


def keep_build(name="b1"):
    from counterpoise.store import ledger

    batch = ledger.AcceptedBatch(id=f"batch-{name}", source="files", counts={}, files=())
    ledger.accept(batch, build=name, manifest={}, at=RAN_AT)
    return name


def keep_run(cycle=None, *, run="2026-Q4-small", build="b1", is_whole=True, plans=None):
    """Keep a cycle as a run of an existing build; not whole: as before pages could read it.

    Each is run a moment after the one before, for a process keeps what it has read of a run.
    """
    from counterpoise.store import runs

    cycle = cycle or build_small_cycle()
    runs.save_run(
        runs.Run(
            id=run,
            period=str(cycle.period),
            as_of=cycle.as_of,
            build=build,
            ran_at=RAN_AT + timedelta(milliseconds=next(_MOMENTS)),
            document={"demand": None, "reconcile": plans},
            whole=to_document(cycle) if is_whole else None,
        )
    )
    return run


def write_october(workspace, currency=None):
    """Facts of the build: one deal won in October, one entered in November and open."""
    write_build(
        workspace.build_folder("b1"),
        opportunity=[
            {
                "source_id": "o1",
                "created_at": at("2026-09-01"),
                "closed_at": at("2026-10-12"),
                "status": "won",
                "stage": "Won",
                "amount": Decimal(1000),
                "currency": currency,
            },
            {
                "source_id": "o2",
                "created_at": at("2026-11-01"),
                "status": "open",
                "stage": "Proposal",
                "amount": Decimal(500),
                "currency": currency,
            },
        ],
    )
