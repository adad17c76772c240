"""Accounts and their contacts: who could buy, from when, and which of them a deal is with.

An account belongs to a region and a segment; so does every deal of it. Positions are numbers of
accounts in the order in which they were entered.
"""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.deals import (
    Codes,
    History,
    assign_sellers,
    draw_weighted,
)
from counterpoise.connectors.sample.exports import (
    Columns,
    number_rows,
    write_moments,
    write_money,
)
from counterpoise.connectors.sample.pace import Floats
from counterpoise.connectors.sample.simulated import BASE
from counterpoise.connectors.sample.words import join, name_companies, name_people, take
from counterpoise.domain.tables.deals import day_number

Numbers = NDArray[np.int64]

DEALS_AN_ACCOUNT = 4
INSTALLED_SHARE = 0.55
INSTALLED_YEARS = 3
ARABIC_SHARE = (0.45, 0.50, 0.0)
INDUSTRIES = (
    "Retail", "Logistics", "Manufacturing", "Healthcare", "Education", "Hospitality",
    "Construction", "Financial services", "Energy", "Public sector",
)  # fmt: skip
PLACES = (
    (("Dubai", "United Arab Emirates", "+971 4"), ("Riyadh", "Saudi Arabia", "+966 11")),
    (("Cairo", "Egypt", "+20 2"), ("Amman", "Jordan", "+962 6")),
    (("Rotterdam", "Netherlands", "+31 10"), ("Milan", "Italy", "+39 02")),
)
TITLES = (
    "Finance Director", "Operations Manager", "IT Manager", "Procurement Lead", "General Manager",
    "مدير المشتريات", "مدير تقنية المعلومات",
)  # fmt: skip


@dataclass(frozen=True, slots=True, eq=False)
class Accounts:
    """entered: sorted. contacts: how many people of each are known; first_contact: number of the
    first of them. groups: accounts of each region × segment, in order of entry.
    """

    entered: Floats
    region: Codes
    segment: Codes
    place: Codes
    arabic: NDArray[np.bool_]
    seller: Codes
    contacts: Numbers
    first_contact: Numbers
    groups: tuple[tuple[Numbers, ...], ...]


def draw_accounts(company: Company, rng: np.random.Generator) -> Accounts:
    count = max(len(company.regions) * len(company.segments) * 2, company.deals // DEALS_AN_ACCOUNT)
    start, end = day_number(company.start), day_number(company.end)
    before = start - INSTALLED_YEARS * 365 * rng.random(count)
    later = start + (end - start) * rng.random(count)
    entered = np.where(rng.random(count) < INSTALLED_SHARE, before, later)
    region = draw_weighted(rng, [each.weight for each in company.regions], count)
    segment = draw_weighted(rng, [each.weight for each in company.segments], count)
    pairs = [(r, s) for r in range(len(company.regions)) for s in range(len(company.segments))]
    for place, (one, other) in enumerate(pairs):
        region[place], segment[place], entered[place] = one, other, start - 400.0 - place
    order = np.argsort(entered, kind="stable")
    region, segment = region[order], segment[order]
    contacts = rng.integers(1, 4, count)
    return Accounts(
        entered=entered[order],
        region=region,
        segment=segment,
        place=rng.integers(0, 2, count).astype(np.int32),
        arabic=rng.random(count) < np.array(ARABIC_SHARE)[region],
        seller=assign_sellers(company, region, rng),
        contacts=contacts,
        first_contact=np.cumsum(contacts) - contacts,
        groups=_group(company, region, segment),
    )


def assign_accounts(accounts: Accounts, history: History, rng: np.random.Generator) -> Numbers:
    """The account of each deal: one of its region and segment that was entered by then."""
    luck = rng.random(len(history))
    chosen = np.zeros(len(history), dtype=np.int64)
    for region, groups in enumerate(accounts.groups):
        for segment, members in enumerate(groups):
            mine = np.flatnonzero((history.region == region) & (history.segment == segment))
            entered = np.searchsorted(accounts.entered[members], history.created[mine])
            chosen[mine] = members[(luck[mine] * entered).astype(np.int64)]
    return chosen


def assign_contacts(accounts: Accounts, account: Numbers, rng: np.random.Generator) -> Numbers:
    """One of the account's people for each deal."""
    luck = rng.random(len(account))
    return accounts.first_contact[account] + (luck * accounts.contacts[account]).astype(np.int64)


def write_accounts(
    accounts: Accounts, numbers: Numbers, company: Company, rng: np.random.Generator
) -> Columns:
    count = len(numbers)
    names, domains = name_companies(numbers, accounts.arabic[numbers])
    segment, region = accounts.segment[numbers], accounts.region[numbers]
    employees = np.rint(
        np.array((18, 120, 900))[segment] * np.exp(0.35 * rng.standard_normal(count))
    )
    turnover = employees * np.rint(380_000 * np.exp(0.25 * rng.standard_normal(count)))
    place = 2 * region + accounts.place[numbers]
    flat = [each for pair in PLACES for each in pair]
    return {
        "Organization - ID": number_rows("O-", BASE, numbers),
        "Organization - Name": names,
        "Organization - Website": domains,
        "Organization - Industry": take(INDUSTRIES, rng.integers(0, len(INDUSTRIES), count)),
        "Organization - Customer segment": take(tuple(s.name for s in company.segments), segment),
        "Organization - Number of employees": pa.array(employees.astype(np.int64)),
        "Organization - Annual revenue": write_money((turnover * 100).astype(np.int64)),
        "Organization - Currency": pa.array([company.currency] * count),
        "Organization - City/town/village/locality of Address": take(
            tuple(each[0] for each in flat), place
        ),
        "Organization - Country of Address": take(tuple(each[1] for each in flat), place),
        "Organization - Region": take(tuple(r.name for r in company.regions), region),
        "Organization - Owner": take(
            tuple(s.id for s in company.sellers), accounts.seller[numbers]
        ),
        "Organization - Organization created": write_moments(accounts.entered[numbers]),
    }


def write_contacts(
    accounts: Accounts, numbers: Numbers, company: Company, rng: np.random.Generator
) -> Columns:
    """The contacts of these accounts, in order."""
    account = np.repeat(numbers, accounts.contacts[numbers])
    contact = accounts.first_contact[numbers[0]] + np.arange(len(account))
    is_arabic = accounts.arabic[account]
    people = name_people(contact * 13 + 5, is_arabic)
    _, domains = name_companies(account, is_arabic)
    prefix = take(
        tuple(each[2] for pair in PLACES for each in pair),
        2 * accounts.region[account] + accounts.place[account],
    )
    line = pa.array(1_000_000 + contact % 1_000_000).cast(pa.string())
    return {
        "Person - ID": number_rows("C-", BASE, contact),
        "Person - First name": people.given,
        "Person - Last name": people.family,
        "Person - Job title": take(TITLES, rng.integers(0, 5, len(account)) + 2 * is_arabic),
        "Person - Email": join(people.mailbox, domains, by="@"),
        "Person - Phone": join(prefix, line, by=" 0"),
        "Person - Organization ID": number_rows("O-", BASE, account),
        "Person - Owner": take(tuple(s.id for s in company.sellers), accounts.seller[account]),
        "Person - Person created": write_moments(
            accounts.entered[account] + rng.random(len(account))
        ),
    }


def _group(company: Company, region: Codes, segment: Codes) -> tuple[tuple[Numbers, ...], ...]:
    return tuple(
        tuple(np.flatnonzero((region == r) & (segment == s)) for s in range(len(company.segments)))
        for r in range(len(company.regions))
    )
