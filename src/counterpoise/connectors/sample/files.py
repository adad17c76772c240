"""Writes the sample company: its exports, its rulebook, and the truth behind them.

Deals are simulated and written in runs, so that any scale takes the same memory; the same scale
and seed write the same bytes.
"""

from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from counterpoise.connectors.sample import planting, register_rows, truth
from counterpoise.connectors.sample.activity_rows import (
    draw_activities,
    find_last_touch,
    write_deal_activities,
    write_lead_activities,
)
from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.customers import (
    Accounts,
    assign_accounts,
    assign_contacts,
    draw_accounts,
    write_accounts,
    write_contacts,
)
from counterpoise.connectors.sample.deal_rows import (
    SOURCES,
    Run,
    push_dates,
    write_history,
    write_opportunities,
)
from counterpoise.connectors.sample.deals import History, simulate_runs
from counterpoise.connectors.sample.exports import Columns, Export
from counterpoise.connectors.sample.faults import FaultList
from counterpoise.connectors.sample.known import know_deals
from counterpoise.connectors.sample.lead_rows import draw_leads, write_leads
from counterpoise.connectors.sample.rules import write_rulebook
from counterpoise.connectors.sample.sample_company import build_sample_company
from counterpoise.connectors.sample.ticket_rows import write_tickets
from counterpoise.domain.tables.deals import day_number

RUN = 20_000
"""Deals, or accounts, that are simulated and written at a time."""
SOURCE_SHARES = (0.30, 0.12, 0.13, 0.20, 0.10, 0.15)
GROWING = ("opportunities", "opportunity_history", "activities", "leads", "tickets")


@dataclass(frozen=True, slots=True)
class Written:
    """files: what `collect` takes, and the rulebook; truth: the folder of what only we know."""

    files: tuple[Path, ...]
    truth: Path


@dataclass(slots=True, eq=False)
class _Books:
    """The files that grow with every run, and what is added up on the way.

    won: cents by seller and quarter, whose first days are `quarters`.
    """

    exports: dict[str, Export]
    faults: FaultList
    future_deals: Export
    future: truth.FutureSum
    quarters: list[int]
    won: NDArray[np.int64]


def write_files(out: Path, *, scale: float, seed: int) -> Written:
    """`out`/export for `collect`, `out`/rulebook.toml for `rulebook import`, and `out`/truth."""
    export, hidden = out / "export", out / "truth"
    for folder in (export, hidden):
        folder.mkdir(parents=True, exist_ok=True)
    company = build_sample_company(scale, seed)
    accounts = draw_accounts(company, np.random.default_rng([seed, 5]))
    with ExitStack() as stack:
        books = _open_books(company, export, hidden, stack)
        for number, history in enumerate(simulate_runs(company, seed)):
            rng = np.random.default_rng([seed, 6, number])
            _write_run(company, accounts, history, books, rng)
        _write_customers(company, accounts, export, books.faults, seed)
    _write_registers(company, export, books, scale)
    _write(hidden / "future_by_month.csv", books.future.write())
    (hidden / "parameters.json").write_text(truth.write_parameters(company, scale, seed), "utf-8")
    _write(out / "price_list.csv", register_rows.write_prices(company))
    (out / "rulebook.toml").write_text(write_rulebook(company), "utf-8")
    files = (*sorted(export.iterdir()), out / "price_list.csv", out / "rulebook.toml")
    return Written(files, hidden)


def _open_books(company: Company, export: Path, hidden: Path, stack: ExitStack) -> _Books:
    quarters = [day_number(quarter.start) for quarter in register_rows.list_quarters(company)]
    return _Books(
        exports={n: stack.enter_context(Export(export / f"{n}.csv")) for n in GROWING},
        faults=FaultList(stack.enter_context(Export(hidden / "faults.csv"))),
        future_deals=stack.enter_context(Export(hidden / "future_deals.csv")),
        future=truth.FutureSum(company),
        quarters=quarters,
        won=np.zeros((len(company.sellers), len(quarters)), dtype=np.int64),
    )


def _write_run(
    company: Company,
    accounts: Accounts,
    history: History,
    books: _Books,
    rng: np.random.Generator,
) -> None:
    books.future.add(history)
    books.future_deals.write(truth.write_future_deals(company, history))
    books.won += truth.sum_won(company, history, books.quarters)
    run = _describe_run(company, accounts, history, rng)
    if len(run.known) == 0:
        return  # the run lies in the future altogether
    activities = draw_activities(run, rng)
    deals = write_opportunities(run, accounts, find_last_touch(run, activities), rng)
    planting.spoil_opportunities(deals, run, books.faults, rng)
    books.exports["opportunities"].write(deals)
    changes = books.exports["opportunity_history"]
    changes.write(write_history(run, deals["Deal - Value"], changes.rows))
    done = books.exports["activities"]
    rows = write_deal_activities(run, activities, done.rows, rng)
    planting.spoil_activities(rows, run, activities.row, books.faults, rng)
    done.write(rows)
    _write_leads(run, accounts, books, rng)
    tickets = books.exports["tickets"]
    tickets.write(write_tickets(run, tickets.rows, rng))


def _describe_run(
    company: Company, accounts: Accounts, history: History, rng: np.random.Generator
) -> Run:
    known = know_deals(company, history)
    account = assign_accounts(accounts, history, rng)[known.rows]
    expected, pushes = push_dates(company, known, rng)
    return Run(
        company=company,
        history=history,
        known=known,
        account=account,
        contact=assign_contacts(accounts, account, rng),
        source=rng.choice(len(SOURCES), len(known), p=SOURCE_SHARES).astype(np.int32),
        expected=expected,
        pushes=pushes,
    )


def _write_leads(run: Run, accounts: Accounts, books: _Books, rng: np.random.Generator) -> None:
    export, done = books.exports["leads"], books.exports["activities"]
    leads = draw_leads(run, accounts.arabic[run.account], export.rows, rng)
    rows = write_leads(leads, run.company, rng)
    planting.spoil_leads(rows, books.faults, rng)
    export.write(rows)
    touched = np.isfinite(leads.touched)
    ids, owners = (rows[name].filter(pa.array(touched)) for name in ("Lead - ID", "Lead - Owner"))
    done.write(write_lead_activities(ids, owners, leads.touched[touched], done.rows, rng))


def _write_customers(
    company: Company, accounts: Accounts, folder: Path, listed: FaultList, seed: int
) -> None:
    """Accounts entered by the export day, their contacts, and those of both entered again."""
    known = int(np.searchsorted(accounts.entered, day_number(company.as_of) + 1))
    with Export(folder / "accounts.csv") as book, Export(folder / "contacts.csv") as people:
        accounts_twice = contacts_twice = 0
        for start in range(0, known, RUN):
            numbers = np.arange(start, min(start + RUN, known))
            rng = np.random.default_rng([seed, 8, start])
            rows = write_accounts(accounts, numbers, company, rng)
            again = planting.spoil_accounts(rows, accounts_twice, listed, rng)
            accounts_twice += _append(book, rows, again)
            rows = write_contacts(accounts, numbers, company, rng)
            again = planting.spoil_contacts(rows, contacts_twice, listed, rng)
            contacts_twice += _append(people, rows, again)


def _append(export: Export, rows: Columns, again: Columns) -> int:
    """Writes both, and says how many were entered again."""
    export.write(rows)
    before = export.rows
    export.write(again)
    return export.rows - before


def _write_registers(company: Company, folder: Path, books: _Books, scale: float) -> None:
    tables = {
        "users": register_rows.write_users(company),
        "teams": register_rows.write_teams(),
        "products": register_rows.write_products(company),
        "targets": register_rows.write_targets(company, books.won),
        "calendar": register_rows.write_calendar(company),
        "resource_pools": register_rows.write_pools(company, scale),
        "inventory": register_rows.write_inventory(company),
    }
    for name, columns in tables.items():
        _write(folder / f"{name}.csv", columns)


def _write(path: Path, columns: Columns) -> None:
    with Export(path) as export:
        export.write(columns)
