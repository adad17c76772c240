"""Which faults are planted in which table, how often, and by whose hand."""

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from counterpoise.connectors.sample import faults
from counterpoise.connectors.sample.deal_rows import Run
from counterpoise.connectors.sample.deals import measure_carelessness
from counterpoise.connectors.sample.exports import Columns, number_rows
from counterpoise.connectors.sample.faults import FaultList, Field, Planting

Mask = NDArray[np.bool_]

STALE = Planting("updated_at", "Deal - Update time", "stale", "abandoned", 1.0, faults.keep)
NO_AMOUNT = Planting("amount", "Deal - Value", "completeness", "no amount", 0.05, faults.forget)
NO_ACCOUNT = Planting(
    "account_id", "Deal - Organization ID", "completeness", "no account", 0.012, faults.forget
)
NOBODYS_ACCOUNT = Planting(
    "account_id", "Deal - Organization ID", "reference", "account of an older system", 0.006,
    faults.refer_to_nothing,
)  # fmt: skip
MISSPELT_PRODUCT = Planting(
    "product_id", "Deal - Product", "near_miss_key", "misspelt product", 0.012,
    faults.misspell_code,
)  # fmt: skip
HUNDREDFOLD = Planting(
    "amount", "Deal - Value", "range", "hundredfold amount", 0.010, faults.multiply_hundredfold
)
NEGATIVE = Planting("amount", "Deal - Value", "range", "negative amount", 0.008, faults.negate)
IMPOSSIBLE_SHARE = Planting(
    "probability", "Deal - Probability", "range", "impossible share", 0.008, faults.exceed_share
)
ENDED_BEFORE = Planting(
    "closed_at", "Deal - Deal closed on", "date_order", "closed before created", 0.010,
    faults.end_before, basis="Deal - Deal created",
)  # fmt: skip

NO_EMAIL = Planting("email", "Person - Email", "completeness", "no e-mail", 0.020, faults.forget)
BROKEN_EMAIL = Planting(
    "email", "Person - Email", "validity", "broken e-mail", 0.015, faults.break_address
)
BROKEN_PHONE = Planting(
    "phone", "Person - Phone", "validity", "broken phone", 0.010, faults.break_phone
)
NOBODYS_CONTACT = Planting(
    "account_id", "Person - Organization ID", "reference", "account of an older system", 0.005,
    faults.refer_to_nothing,
)  # fmt: skip
NOBODYS_ACTIVITY = Planting(
    "opportunity_id", "deal_id", "reference", "deal of an older system", 0.003,
    faults.refer_to_nothing,
)  # fmt: skip
ACCOUNT_TWICE = Planting(
    "name", "Organization - Name", "uniqueness", "account entered twice", 0.020,
    faults.rename_companies,
)  # fmt: skip
CONTACT_TWICE = Planting(
    "email", "Person - Email", "uniqueness", "contact entered twice", 0.012, faults.keep
)
LEAD_CARE = 0.5
"""Leads fill in their own addresses, and make half as many mistakes."""
DOUBLES = 80_000_000
"""Ids of records that were entered again are from here on."""


def spoil_opportunities(
    columns: Columns, run: Run, listed: FaultList, rng: np.random.Generator
) -> None:
    """Amounts of won deals stay right: an invoice would have shown the error."""
    known = run.known
    everywhere = np.ones(len(known), dtype=np.bool_)
    carelessness = measure_carelessness(run.company)[run.seller]
    field = Field("opportunity", "Deal - ID", columns, carelessness, everywhere)
    is_lost = ~known.is_open & ~known.won
    field.spoil(STALE, listed, rng, known.is_stale)
    field.plant(NO_AMOUNT, listed, rng, known.is_open)
    field.plant(NO_ACCOUNT, listed, rng, everywhere)
    field.plant(NOBODYS_ACCOUNT, listed, rng, everywhere)
    field.plant(MISSPELT_PRODUCT, listed, rng, everywhere)
    field.plant(HUNDREDFOLD, listed, rng, is_lost)
    field.plant(NEGATIVE, listed, rng, ~known.won)
    field.plant(IMPOSSIBLE_SHARE, listed, rng, everywhere)
    field.plant(ENDED_BEFORE, listed, rng, ~known.is_open)


def spoil_activities(
    columns: Columns, run: Run, row: NDArray[np.int64], listed: FaultList, rng: np.random.Generator
) -> None:
    everywhere = np.ones(len(row), dtype=np.bool_)
    carelessness = measure_carelessness(run.company)[run.seller[row]]
    field = Field("activity", "id", columns, carelessness, everywhere)
    field.plant(NOBODYS_ACTIVITY, listed, rng, everywhere)


def spoil_leads(columns: Columns, listed: FaultList, rng: np.random.Generator) -> None:
    everywhere = np.ones(len(columns["Lead - ID"]), dtype=np.bool_)
    field = Field("lead", "Lead - ID", columns, np.full(len(everywhere), LEAD_CARE), everywhere)
    for each in (NO_EMAIL, BROKEN_EMAIL, BROKEN_PHONE):
        field.plant(each, listed, rng, everywhere)


def spoil_accounts(
    columns: Columns, first: int, listed: FaultList, rng: np.random.Generator
) -> Columns:
    """Returns the accounts that were entered again: their ids go on after the first `first`."""
    twice = rng.random(len(columns["Organization - ID"])) < ACCOUNT_TWICE.rate
    again = _copy(columns, twice)
    names = again["Organization - Name"]
    again["Organization - Name"] = pa.array(
        ACCOUNT_TWICE.spoil(names.to_pylist(), rng), pa.string()
    )
    again["Organization - ID"] = number_rows("O-", DOUBLES, first + np.arange(int(twice.sum())))
    rows = {"key": again["Organization - ID"], "planted": again["Organization - Name"]}
    other = columns["Organization - ID"].filter(pa.array(twice))
    listed.add("account", ACCOUNT_TWICE, {**rows, "truth": names, "other_key": other})
    return again


def spoil_contacts(
    columns: Columns, first: int, listed: FaultList, rng: np.random.Generator
) -> Columns:
    """Returns the contacts that were entered again, with the same e-mail; spoils others."""
    twice = rng.random(len(columns["Person - ID"])) < CONTACT_TWICE.rate
    again = _copy(columns, twice)
    family = faults.misspell(again["Person - Last name"].to_pylist(), rng)
    again["Person - Last name"] = pa.array(family, pa.string())
    again["Person - ID"] = number_rows("C-", DOUBLES, first + np.arange(int(twice.sum())))
    rows = {"key": again["Person - ID"], "planted": again["Person - Email"]}
    other = columns["Person - ID"].filter(pa.array(twice))
    listed.add(
        "contact", CONTACT_TWICE, {**rows, "truth": again["Person - Email"], "other_key": other}
    )
    everywhere = np.ones(len(twice), dtype=np.bool_)
    field = Field("contact", "Person - ID", columns, np.ones(len(twice)), ~twice)
    for each in (NO_EMAIL, BROKEN_EMAIL, BROKEN_PHONE, NOBODYS_CONTACT):
        field.plant(each, listed, rng, everywhere)
    return again


def _copy(columns: Columns, chosen: Mask) -> Columns:
    return {name: column.filter(pa.array(chosen)) for name, column in columns.items()}
