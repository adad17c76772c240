"""Writes the marts of a build by hand, so that what reads builds is tested without a load."""

import csv
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from counterpoise.domain.tables.dictionary import TABLES, get_tables
from counterpoise.warehouse.schema import arrow_schema


def write_build(folder: Path, **tables):
    """`rep=[{"source_id": "R1", …}]`: attributes left out are empty, the source is `files`."""
    for name, table in to_arrow(tables).items():
        (folder / name).mkdir(parents=True)
        pq.write_table(table, folder / name / "0.parquet")
    return folder


def to_arrow(tables):
    """Every canonical table with the given rows."""
    assert set(tables) <= set(TABLES)
    return {table.name: _to_table(table, tables.get(table.name, ())) for table in get_tables()}


def _to_table(table, rows):
    schema = arrow_schema(table)
    rows = [{"source": "files", **row} for row in rows]
    return pa.table(
        {
            field.name: pa.array([_fit(row.get(field.name), field) for row in rows], field.type)
            for field in schema
        },
        schema,
    )


def at(written: str) -> datetime:
    """`2026-03-01` or `2026-03-01 14:30` in UTC."""
    return datetime.fromisoformat(written).replace(tzinfo=UTC)


def write_maven(folder: Path, shared_data: Path):
    """The Maven export as its mapping would land it, without the names and histories it lacks."""
    source = shared_data / "crm_maven"
    products = _read(source / "products.csv")
    deals = [_maven_deal(row) for row in _read(source / "sales_pipeline.csv")]
    return write_build(
        folder,
        account=[_maven_account(row) for row in _read(source / "accounts.csv")],
        product=[
            {
                "source_id": row["product"],
                "name": row["product"],
                "family": row["series"],
                "list_price": Decimal(row["sales_price"]),
            }
            for row in products
        ],
        rep=[
            {
                "source_id": row["sales_agent"],
                "name": row["sales_agent"],
                "manager": row["manager"],
                "region": row["regional_office"],
            }
            for row in _read(source / "sales_teams.csv")
        ],
        opportunity=deals,
        opportunity_change=[change for deal in deals for change in _maven_changes(deal)],
    )


def _maven_account(row):
    return {
        "source_id": row["account"],
        "name": row["account"],
        "industry": row["sector"],
        "founded_year": int(row["year_established"]),
        "annual_revenue": Decimal(row["revenue"]),
        "employees": int(row["employees"]),
        "country": row["office_location"],
        "parent_id": row["subsidiary_of"],
    }


def _maven_deal(row):
    status = {"Won": "won", "Lost": "lost"}.get(row["deal_stage"], "open")
    return {
        "source_id": row["opportunity_id"],
        "owner_id": row["sales_agent"],
        "product_id": row["product"],
        "account_id": row["account"],
        "stage": row["deal_stage"],
        "status": status,
        "created_at": at(row["engage_date"]) if row["engage_date"] else None,
        "closed_at": at(row["close_date"]) if row["close_date"] else None,
        "amount": Decimal(row["close_value"]) if row["close_value"] else None,
    }


def _maven_changes(deal):
    steps = [("created_at", "stage", "Engaging")]
    if deal["closed_at"]:
        steps += [("closed_at", "stage", deal["stage"]), ("closed_at", "status", deal["status"])]
        steps += [("closed_at", "amount", str(deal["amount"]))]
    for moment, attribute, value in steps:
        if deal[moment]:
            yield {
                "source_id": f"{deal['source_id']}/{attribute}/{deal[moment]:%Y%m%d}",
                "opportunity_id": deal["source_id"],
                "changed_at": deal[moment],
                "attribute": attribute,
                "value_after": value,
                "origin": "dates",
            }


def _read(path):
    with path.open(encoding="utf-8", newline="") as lines:
        return list(csv.DictReader(lines))


def _fit(value, field):
    if value in ("", None):
        return None
    if pa.types.is_decimal(field.type):
        return Decimal(value).quantize(Decimal("0.0001"))
    return value
