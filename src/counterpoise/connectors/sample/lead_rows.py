"""Rows of leads.csv: those that became the deals of a run, and those that did not."""

from dataclasses import dataclass

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from counterpoise.connectors.sample.company import Company
from counterpoise.connectors.sample.customers import INDUSTRIES, PLACES
from counterpoise.connectors.sample.deal_rows import SOURCES, Run
from counterpoise.connectors.sample.deals import assign_sellers
from counterpoise.connectors.sample.exports import Columns, number_rows, write_moments
from counterpoise.connectors.sample.known import Mask, Numbers
from counterpoise.connectors.sample.pace import Floats
from counterpoise.connectors.sample.simulated import BASE
from counterpoise.connectors.sample.words import join, name_companies, name_people, take
from counterpoise.domain.tables.deals import day_number

Codes = NDArray[np.int32]

LEAD_SOURCES = 3
"""The first so many of SOURCES bring leads; the other deals begin without one."""
DEAD_ENDS = 1.3
"""Leads that come to nothing, for each deal."""
STATUSES = ("New", "Working", "Nurture", "Disqualified", "Converted")
LOST_REASONS = ("No reply", "No budget", "Wrong fit", "Student or job seeker")
UNTOUCHED = 0.05
ANSWER_MINUTES = 95.0
FRESH_DAYS = 25
"""So long it takes until the last lead that came to nothing is given up."""


@dataclass(frozen=True, slots=True, eq=False)
class Leads:
    """deal: number of the deal it became, -1 where none. touched: infinity where nobody tried."""

    numbers: Numbers
    created: Floats
    touched: Floats
    converted: Floats
    deal: Numbers
    region: Codes
    seller: Codes
    source: Codes
    arabic: Mask

    def __len__(self) -> int:
        return len(self.numbers)


def draw_leads(run: Run, arabic: Mask, first: int, rng: np.random.Generator) -> Leads:
    """arabic: of each deal, whether its buyer writes Arabic. `first`: leads written before."""
    known, company = run.known, run.company
    start, end = float(day_number(company.start)), float(day_number(company.as_of) + 1)
    origin = np.flatnonzero(run.source < LEAD_SOURCES)
    extra = rng.integers(0, max(1, len(known)), int(DEAD_ENDS * len(known)))
    parent = np.concatenate((origin, extra))
    is_converted = np.arange(len(parent)) < len(origin)
    ahead = np.where(
        is_converted, rng.exponential(6.0, len(parent)), rng.uniform(0, 3, len(parent))
    )
    created = np.maximum(start, known.created[parent] - ahead)
    region = run.history.region[known.rows[parent]]
    others = assign_sellers(company, region, rng)
    seller = np.where(is_converted, run.seller[parent], others)
    slowness = 1.6 - np.array([each.diligence for each in company.sellers])[seller]
    waited = rng.exponential(ANSWER_MINUTES, len(parent)) * slowness / (8.5 * 60)
    touched = np.minimum(created + waited, np.where(is_converted, known.created[parent], np.inf))
    ignored = ~is_converted & (rng.random(len(parent)) < UNTOUCHED * 2 * slowness)
    order = np.argsort(created, kind="stable")
    deal = np.where(is_converted, run.numbers[parent], -1)
    return Leads(
        numbers=first + np.arange(len(parent)),
        created=created[order],
        touched=np.where(ignored | (touched >= end), np.inf, touched)[order],
        converted=np.where(is_converted, known.created[parent], np.inf)[order],
        deal=deal[order],
        region=region[order],
        seller=seller[order].astype(np.int32),
        source=np.where(
            is_converted, run.source[parent], rng.integers(0, LEAD_SOURCES, len(parent))
        )[order].astype(np.int32),
        arabic=arabic[parent][order],
    )


def write_leads(leads: Leads, company: Company, rng: np.random.Generator) -> Columns:
    count = len(leads)
    is_converted = leads.deal >= 0
    people = name_people(leads.numbers * 17 + 3, leads.arabic)
    names, domains = name_companies(leads.numbers * 11 + 1_009, leads.arabic)
    unique = join(people.mailbox, pa.array(leads.numbers + 1).cast(pa.string()))
    place = 2 * leads.region + rng.integers(0, 2, count)
    flat = [each for pair in PLACES for each in pair]
    line = pa.array(2_000_000 + leads.numbers % 1_000_000).cast(pa.string())
    status = _draw_status(leads, company, rng)
    reason = np.where(status == 3, rng.integers(0, len(LOST_REASONS), count), -1)
    tried = np.where(np.isinf(leads.touched), leads.created, leads.touched)
    decided = np.isin(status, (2, 3)) * (1 + leads.numbers % (FRESH_DAYS - 2))
    updated = np.where(is_converted, leads.converted, tried + decided)
    return {
        "Lead - ID": number_rows("L-", BASE, leads.numbers),
        "Person - First name": people.given,
        "Person - Last name": people.family,
        "Person - Email": join(unique, domains, by="@"),
        "Person - Phone": join(take(tuple(each[2] for each in flat), place), line, by=" 0"),
        "Organization - Name": names,
        "Organization - Industry": take(INDUSTRIES, rng.integers(0, len(INDUSTRIES), count)),
        "Organization - Country of Address": take(tuple(each[1] for each in flat), place),
        "Lead - Region": take(tuple(each.name for each in company.regions), leads.region),
        "Lead - Source channel": take(SOURCES, leads.source),
        "Lead - Status": take(STATUSES, status),
        "Lead - Owner": take(tuple(each.id for each in company.sellers), leads.seller),
        "Lead - Lead created": write_moments(leads.created),
        "Lead - First touch": write_moments(leads.touched),
        "Lead - Converted on": write_moments(leads.converted),
        "Lead - Converted": pa.array(is_converted),
        "Lead - Deal ID": number_rows("D-", BASE, leads.deal, mask=~is_converted),
        "Lead - Lost reason": take(LOST_REASONS, reason),
        "Lead - Update time": write_moments(updated),
    }


def _draw_status(leads: Leads, company: Company, rng: np.random.Generator) -> Codes:
    fresh = leads.created > day_number(company.as_of) - FRESH_DAYS
    ended = rng.choice((2, 3), len(leads), p=(0.3, 0.7))
    status = np.where(np.isinf(leads.touched), 0, np.where(fresh, 1, ended))
    return np.where(leads.deal >= 0, 4, status).astype(np.int32)
