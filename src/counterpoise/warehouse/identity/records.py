"""Reads a build's accounts, contacts and leads as they are compared with one another.

A record's id is its source, a bar and its id there. What was deleted or merged in its source is
left out: it is nobody's duplicate any more.
"""

from pathlib import Path

import duckdb

from counterpoise.domain.collect.identity_mail import fold_domain, fold_personal_email
from counterpoise.domain.collect.identity_models import Kind
from counterpoise.domain.collect.identity_names import (
    fold_company,
    fold_person,
    sound_company,
    sound_person,
)
from counterpoise.domain.collect.identity_phones import find_tail, fold_phone
from counterpoise.domain.collect.identity_places import find_country, fold_address
from counterpoise.warehouse.engine import literal, open_connection
from counterpoise.warehouse.identity.matching import MEMORY_LIMIT
from counterpoise.warehouse.identity.normalising import Fold, write_features

FEATURES_FILE = "features.parquet"
_REMOVED = ("deleted_at", "merged_into")
_RECORD = "source || '|' || source_id AS record"


def write_records(build: Path, kind: Kind, file: Path, scratch: Path) -> int:
    """Write the features of a kind's records; says how many there are."""
    connection = open_connection(scratch, MEMORY_LIMIT)
    try:
        for table in ("account", kind):
            read_present(connection, build, table)
        connection.execute(f"CREATE TABLE raw AS {_RAW[kind]} ORDER BY record")
        write_features(connection, "raw", FOLDS[kind], file)
        ((count,),) = connection.execute("SELECT count(*) FROM raw").fetchall()
    finally:
        connection.close()
    return int(count)


def write_lead_companies(build: Path, mark: str, file: Path, scratch: Path) -> None:
    """Write the companies that leads name, as accounts are compared. mark: before each id."""
    connection = open_connection(scratch, MEMORY_LIMIT)
    try:
        read_present(connection, build, "lead")
        connection.execute(
            f"CREATE TABLE raw AS SELECT {literal(mark)} || {_RECORD}, company_name AS name,"
            " email AS domain, CAST(NULL AS VARCHAR) AS city, country FROM present_lead"
            " ORDER BY record"
        )
        write_features(connection, "raw", FOLDS["account"], file)
    finally:
        connection.close()


def read_present(connection: duckdb.DuckDBPyConnection, build: Path, table: str) -> None:
    """A view `present_<table>` of the rows that are not removed in their source."""
    files = literal(str(build / table / "*.parquet"))
    rows = f"read_parquet({files})"
    names = {row[0] for row in connection.execute(f"DESCRIBE FROM {rows}").fetchall()}
    conditions = " AND ".join(f"{each} IS NULL" for each in _REMOVED if each in names)
    connection.execute(
        f"CREATE OR REPLACE VIEW present_{table} AS FROM {rows} WHERE {conditions or 'true'}"
    )


def _fold_country(country: str) -> str:
    return find_country(country) or fold_address(country)


_RAW: dict[Kind, str] = {
    "account": f"SELECT {_RECORD}, name, domain, city, country FROM present_account",
    "contact": """SELECT c.source || '|' || c.source_id AS record,
        trim(concat_ws(' ', c.first_name, c.last_name)) AS name, c.email, c.phone,
        a.name AS company, coalesce(nullif(a.domain, ''), c.email) AS domain, a.country
        FROM present_contact AS c LEFT JOIN present_account AS a
            ON a.source = c.source AND a.source_id = c.account_id""",
    "lead": f"""SELECT {_RECORD}, trim(concat_ws(' ', first_name, last_name)) AS name, email, phone,
        company_name AS company, email AS domain, country FROM present_lead""",
}
_PERSON = {
    "name": Fold(("name",), fold_person),
    "name_sound": Fold(("name",), sound_person),
    "email": Fold(("email",), fold_personal_email),
    "phone": Fold(("phone", "country"), fold_phone),
    "phone_tail": Fold(("phone",), find_tail),
    "company": Fold(("company",), fold_company),
    "company_sound": Fold(("company",), sound_company),
    "domain": Fold(("domain",), fold_domain),
    "country": Fold(("country",), _fold_country),
}
FOLDS: dict[Kind, dict[str, Fold]] = {
    "account": {
        "name": Fold(("name",), fold_company),
        "name_sound": Fold(("name",), sound_company),
        "domain": Fold(("domain",), fold_domain),
        "city": Fold(("city",), fold_address),
        "country": Fold(("country",), _fold_country),
    },
    "contact": _PERSON,
    "lead": _PERSON,
}
