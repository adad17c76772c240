"""The sample company: its files agree with one another, with memory, and with the listed truth."""

import csv
import hashlib
import unicodedata
from collections import Counter, defaultdict
from decimal import Decimal

import numpy as np
import pytest

from counterpoise.actions.samples import InvalidScale, write_sample
from counterpoise.connectors.sample.sample_company import AS_OF, build_sample_company
from counterpoise.connectors.sample.simulated import simulate
from counterpoise.domain.collect.folding import fold
from counterpoise.domain.rulebook import toml
from counterpoise.domain.tables.deals import STILL_OPEN, day_number, day_of
from counterpoise.domain.tables.dictionary import get_table

SCALE, SEED = 0.4, 11

TABLES = {
    "accounts": "account",
    "activities": "activity",
    "calendar": "calendar",
    "contacts": "contact",
    "inventory": "inventory_item",
    "leads": "lead",
    "opportunities": "opportunity",
    "opportunity_history": "opportunity_change",
    "products": "product",
    "resource_pools": "resource_pool",
    "targets": "target",
    "teams": "team",
    "tickets": "ticket",
    "users": "rep",
}
REFERENCES = [
    ("accounts", "Organization - Owner", "users"),
    ("contacts", "Person - Organization ID", "accounts"),
    ("contacts", "Person - Owner", "users"),
    ("opportunities", "Deal - Organization ID", "accounts"),
    ("opportunities", "Deal - Contact person ID", "contacts"),
    ("opportunities", "Deal - Owner", "users"),
    ("opportunities", "Deal - Product", "products"),
    ("opportunity_history", "deal_id", "opportunities"),
    ("opportunity_history", "actor_user_id", "users"),
    ("leads", "Lead - Owner", "users"),
    ("leads", "Lead - Deal ID", "opportunities"),
    ("activities", "owner_id", "users"),
    ("activities", "deal_id", "opportunities"),
    ("activities", "lead_id", "leads"),
    ("activities", "person_id", "contacts"),
    ("activities", "org_id", "accounts"),
    ("tickets", "account_id", "accounts"),
    ("tickets", "contact_id", "contacts"),
    ("tickets", "product_id", "products"),
    ("targets", "rep_id", "users"),
    ("users", "User - Team", "teams"),
    ("inventory", "product_id", "products"),
]
HEADERS = {
    ("opportunity", "amount"): "Deal - Value",
    ("opportunity", "account_id"): "Deal - Organization ID",
    ("opportunity", "product_id"): "Deal - Product",
    ("opportunity", "probability"): "Deal - Probability",
    ("opportunity", "closed_at"): "Deal - Deal closed on",
    ("opportunity", "updated_at"): "Deal - Update time",
    ("contact", "email"): "Person - Email",
    ("contact", "phone"): "Person - Phone",
    ("contact", "account_id"): "Person - Organization ID",
    ("lead", "email"): "Person - Email",
    ("lead", "phone"): "Person - Phone",
    ("activity", "opportunity_id"): "deal_id",
    ("account", "name"): "Organization - Name",
}
FILES = {table: name for name, table in TABLES.items()}


def read(path):
    with path.open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def key_of(row):
    return next(iter(row.values()))


@pytest.fixture(scope="module")
def written(tmp_path_factory):
    return write_sample(tmp_path_factory.mktemp("sample"), scale=SCALE, seed=SEED)


@pytest.fixture(scope="module")
def exported(written):
    folder = written.truth.parent / "export"
    return {path.stem: read(path) for path in sorted(folder.iterdir())}


@pytest.fixture(scope="module")
def faults(written):
    return read(written.truth / "faults.csv")


@pytest.fixture(scope="module")
def mended(exported, faults):
    """The opportunities as they would be without a fault."""
    rows = {key_of(row): dict(row) for row in exported["opportunities"]}
    for fault in faults:
        if fault["table"] == "opportunity":
            rows[fault["key"]][HEADERS["opportunity", fault["attribute"]]] = fault["truth"]
    return rows


@pytest.fixture(scope="module")
def simulated():
    return simulate(build_sample_company(SCALE, SEED), SEED)


def test_it_writes_a_file_for_every_table_a_crm_and_its_company_keep(written):
    out = written.truth.parent
    expected = [f"export/{name}.csv" for name in sorted(TABLES)]
    assert [str(path.relative_to(out)) for path in written.files] == [
        *expected,
        "price_list.csv",
        "rulebook.toml",
    ]
    assert sorted(path.name for path in written.truth.iterdir()) == [
        "faults.csv",
        "future_by_month.csv",
        "future_deals.csv",
        "parameters.json",
    ]


@pytest.mark.parametrize("name", sorted(TABLES))
def test_every_header_is_one_the_data_dictionary_knows(exported, name):
    table = get_table(TABLES[name])
    known = {
        fold(written)
        for each in table.attributes
        for written in (
            each.name,
            *each.other_names,
            *(n for _, names in each.names for n in names),
        )
    }
    assert [header for header in exported[name][0] if fold(header) not in known] == []


@pytest.mark.parametrize("name", sorted(TABLES))
def test_ids_are_unique(exported, name):
    keys = [key_of(row) for row in exported[name]]
    assert len(set(keys)) == len(keys) > 0


@pytest.mark.parametrize(("name", "header", "other"), REFERENCES)
def test_every_reference_is_right_but_the_planted_ones(exported, faults, name, header, other):
    known = {key_of(row) for row in exported[other]}
    wrong = {key_of(row) for row in exported[name] if row[header] and row[header] not in known}
    planted = {
        fault["key"]
        for fault in faults
        if fault["table"] == TABLES[name]
        and HEADERS[fault["table"], fault["attribute"]] == header
        and fault["rule"] in ("reference", "near_miss_key")
    }
    doubled = {fault["other_key"]: fault["key"] for fault in faults if fault["other_key"]}
    planted |= {doubled[key] for key in planted if key in doubled}
    assert wrong == planted


def test_deals_in_files_are_the_deals_in_memory(mended, exported, simulated):
    deals = simulated.deals
    labels = deals.dimensions
    account_region = {
        row["Organization - ID"]: row["Organization - Region"] for row in exported["accounts"]
    }
    product_name = {row["Product - ID"]: row["Product - Name"] for row in exported["products"]}
    user_name = {row["User - ID"]: row["User - Name"] for row in exported["users"]}

    def label(name, position):
        return labels[name].labels[labels[name].codes[position]]

    in_files = [
        (
            key,
            row["Deal - Deal created"][:10],
            row["Deal - Deal closed on"][:10],
            row["Deal - Status"] == "won",
            Decimal(row["Deal - Value"]),
            row["Deal - Stage"],
            account_region[row["Deal - Organization ID"]],
            product_name[row["Deal - Product"]],
            user_name[row["Deal - Owner"]],
        )
        for key, row in mended.items()
    ]
    amount, stage = deals.amount, deals.stage
    in_memory = [
        (
            deals.ids[n],
            str(day_of(deals.created[n])),
            "" if deals.closed[n] == STILL_OPEN else str(day_of(deals.closed[n])),
            bool(deals.won[n]),
            Decimal(f"{amount[n]:.2f}"),
            deals.stage_labels[int(stage[n])],
            label("region", n),
            label("product", n),
            label("rep", n),
        )
        for n in range(len(deals))
    ]
    assert in_files == in_memory


def test_the_history_ends_in_what_the_deal_shows(exported):
    last = {
        (row["deal_id"], row["field_key"]): row["new_value"]
        for row in exported["opportunity_history"]
    }
    for row in exported["opportunities"]:
        key = row["Deal - ID"]
        assert last[key, "stage"] == row["Deal - Stage"]
        assert last[key, "amount"] == row["Deal - Value"]
        assert last[key, "expected_close_on"] == row["Deal - Expected close date"]
        assert last.get((key, "status"), "open") == row["Deal - Status"]


def test_each_change_begins_where_the_one_before_ended(exported):
    now = {}
    moments = defaultdict(str)
    for row in exported["opportunity_history"]:
        place = row["deal_id"], row["field_key"]
        before = "open" if row["field_key"] == "status" else now.get(place, "")
        assert row["old_value"] == before
        assert row["time"] >= moments[row["deal_id"]]
        now[place], moments[row["deal_id"]] = row["new_value"], row["time"]


def test_nothing_in_the_export_is_later_than_its_day(exported):
    moments = [
        (name, header, row[header])
        for name in ("opportunities", "opportunity_history", "activities", "leads", "tickets")
        for row in exported[name]
        for header in row
        if row[header].endswith("Z") and row[header] > f"{AS_OF}T"
    ]
    assert moments == []


def test_activities_lie_within_their_deal(mended, exported):
    for row in exported["activities"]:
        if deal := mended.get(row["deal_id"]):
            ended = deal["Deal - Deal closed on"] or "9999"
            assert deal["Deal - Deal created"] <= row["occurred_at"] <= ended


def test_the_future_adds_up(written, simulated):
    by_month = read(written.truth / "future_by_month.csv")
    deals = read(written.truth / "future_deals.csv")
    for month, revenue, won in zip(
        simulated.future_months,
        simulated.future_revenue_by_month,
        simulated.future_won_by_month,
        strict=True,
    ):
        cells = [row for row in by_month if row["month"] == str(month.start)]
        named = [row for row in deals if row["outcome"] == "won"]
        named = [row for row in named if row["closed_on"][:7] == str(month)]
        assert sum(Decimal(row["won_revenue"]) for row in cells) == revenue
        assert sum(Decimal(row["amount"]) for row in named) == revenue
        assert sum(int(row["won_deals"]) for row in cells) == len(named) == won


def test_every_open_deal_has_its_future_in_the_truth(written, exported):
    open_now = [
        row["Deal - ID"] for row in exported["opportunities"] if row["Deal - Status"] == "open"
    ]
    deals = read(written.truth / "future_deals.csv")
    assert [d["opportunity_id"] for d in deals if d["known_on_export_day"] == "true"] == open_now


def test_a_row_has_one_fault_at_most_and_shows_it(exported, faults):
    rows = {(table, key_of(row)): row for name, table in TABLES.items() for row in exported[name]}
    places = Counter((fault["table"], fault["key"]) for fault in faults)
    assert set(places.values()) == {1}
    for fault in faults:
        header = HEADERS[fault["table"], fault["attribute"]]
        assert rows[fault["table"], fault["key"]][header] == fault["planted"]


def test_every_kind_of_fault_is_planted(faults):
    assert {fault["rule"] for fault in faults} == {
        "completeness",
        "validity",
        "uniqueness",
        "reference",
        "near_miss_key",
        "range",
        "date_order",
        "stale",
    }


def test_rows_without_a_fault_are_sound(exported, faults):
    spoilt = {(fault["table"], fault["key"]) for fault in faults}
    for row in exported["opportunities"]:
        if ("opportunity", row["Deal - ID"]) in spoilt:
            continue
        assert Decimal(row["Deal - Value"]) > 0
        assert row["Deal - Deal closed on"] == "" or (
            row["Deal - Deal created"] <= row["Deal - Deal closed on"]
        )
        if row["Deal - Status"] == "open":
            touched = day_number(AS_OF) - day_number(date_of(row["Deal - Update time"]))
            assert touched <= 31
    for row in exported["contacts"]:
        if ("contact", row["Person - ID"]) not in spoilt:
            assert row["Person - Email"].count("@") == 1


def test_accounts_are_named_once_but_for_those_entered_twice(exported, faults):
    twice = {fault["key"] for fault in faults if fault["table"] == "account"}
    names = [
        row["Organization - Name"]
        for row in exported["accounts"]
        if row["Organization - ID"] not in twice
    ]
    assert len(set(names)) == len(names)


def test_stale_deals_were_left_alone_for_long(exported, faults):
    shown = {row["Deal - ID"]: row for row in exported["opportunities"]}
    stale = [shown[fault["key"]] for fault in faults if fault["rule"] == "stale"]
    assert stale
    for row in stale:
        assert row["Deal - Status"] == "open"
        assert day_number(AS_OF) - day_number(date_of(row["Deal - Update time"])) >= 240


def test_careless_sellers_make_more_faults(exported, faults):
    company = build_sample_company(SCALE, SEED)
    owner = {row["Deal - ID"]: row["Deal - Owner"] for row in exported["opportunities"]}
    made = Counter(owner[each["key"]] for each in faults if each["table"] == "opportunity")
    held = Counter(owner.values())
    sellers = sorted(company.sellers, key=lambda seller: seller.diligence)
    rates = [made[seller.id] / held[seller.id] for seller in sellers]
    assert np.mean(rates[:6]) > 3 * np.mean(rates[-6:])


def test_arabic_names_are_there_and_composed(exported, written):
    for path in written.files:
        text = path.read_text("utf-8")
        assert unicodedata.is_normalized("NFC", text)
    for name, header in (
        ("users", "User - Name"),
        ("accounts", "Organization - Name"),
        ("contacts", "Person - First name"),
        ("leads", "Person - Last name"),
    ):
        arabic = [
            row for row in exported[name] if any("\u0600" <= c <= "\u06ff" for c in row[header])
        ]
        assert 0 < len(arabic) < len(exported[name])


def test_targets_of_sellers_and_regions_add_up_to_the_company(exported):
    by_period = defaultdict(lambda: [Decimal(0)] * 3)
    for row in exported["targets"]:
        level = 0 if row["rep_id"] else 1 if row["region"] else 2
        by_period[row["period_start"]][level] += Decimal(row["amount"])
    assert "2026-10-01" in by_period
    assert all(sellers == regions == whole for sellers, regions, whole in by_period.values())


def test_the_rulebook_can_be_read_and_knows_the_stages(written, exported):
    path = written.truth.parent / "rulebook.toml"
    rules = toml.parse(path.read_text("utf-8"), path.name)
    kinds = {
        row["Deal - Stage"]: rules.get_text("stage.kind", AS_OF, row["Deal - Stage"])
        for row in exported["opportunities"]
    }
    assert kinds == {
        "Prospecting": "open",
        "Qualified": "open",
        "Proposal": "open",
        "Negotiation": "open",
        "Won": "won",
        "Lost": "lost",
    }
    prices = {
        row["Product - Name"]: Decimal(row["Product - Unit price"]) for row in exported["products"]
    }
    for name, price in prices.items():
        assert rules.get_number("product.list_price", AS_OF, name) == price


def test_the_same_seed_writes_the_same_bytes(tmp_path):
    def fingerprint(name, seed):
        out = tmp_path / name
        write_sample(out, scale=0.05, seed=seed)
        return {
            str(path.relative_to(out)): hashlib.sha256(path.read_bytes()).hexdigest()
            for path in sorted(out.rglob("*.*"))
        }

    once = fingerprint("once", 3)
    assert once == fingerprint("again", 3)
    other = fingerprint("other", 4)
    assert once["export/opportunities.csv"] != other["export/opportunities.csv"]


def test_a_company_larger_than_a_run_is_written_in_one_piece(tmp_path, monkeypatch):
    from counterpoise.connectors.sample import deals

    monkeypatch.setattr(deals, "RUN", 100)
    out = write_sample(tmp_path, scale=0.1, seed=5)
    rows = read(tmp_path / "export" / "opportunities.csv")
    memory = simulate(build_sample_company(0.1, 5), 5)
    assert [row["Deal - ID"] for row in rows] == list(memory.deals.ids)
    for name in ("activities", "leads", "opportunity_history", "tickets"):
        keys = [key_of(row) for row in read(tmp_path / "export" / f"{name}.csv")]
        assert len(set(keys)) == len(keys)
    future = read(out.truth / "future_by_month.csv")
    assert sum(Decimal(row["won_revenue"]) for row in future) == sum(memory.future_revenue_by_month)


@pytest.mark.parametrize(
    ("scale", "seed", "advice"),
    [
        pytest.param(0.0, 7, "or more", id="no company"),
        pytest.param(-1.0, 7, "or more", id="less than no company"),
        pytest.param(float("nan"), 7, "or more", id="no number"),
        pytest.param(float("inf"), 7, "or more", id="without end"),
        pytest.param(1.0, -1, "from 0 on", id="a seed below 0"),
    ],
)
def test_what_cannot_be_simulated_is_refused_with_advice(tmp_path, scale, seed, advice):
    with pytest.raises(InvalidScale, match=advice):
        write_sample(tmp_path / "out", scale=scale, seed=seed)
    assert not (tmp_path / "out").exists()


def date_of(moment):
    from datetime import date

    return date.fromisoformat(moment[:10])
