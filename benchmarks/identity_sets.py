"""Records whose true matches are known, as this project's matcher and as plain text sees them.

The data is read from ../shared/data (or COUNTERPOISE_DATA) and is not part of this repository.
"""

import os
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

import duckdb

from counterpoise.domain.collect.identity_mail import fold_domain, fold_email
from counterpoise.domain.collect.identity_models import Compared, IdentityModel
from counterpoise.domain.collect.identity_names import (
    fold_company,
    fold_person,
    sound_company,
    sound_person,
)
from counterpoise.domain.collect.identity_phones import find_tail
from counterpoise.domain.collect.identity_places import find_house, fold_address
from counterpoise.warehouse.engine import literal
from counterpoise.warehouse.identity.normalising import Fold, write_features

DATA = Path(os.environ.get("COUNTERPOISE_DATA", Path(__file__).parents[2] / "shared" / "data"))


@dataclass(frozen=True, slots=True)
class KnownSet:
    """rows: SQL that gives record, truth and raw columns. folds: by field, with our normalisers."""

    key: str
    name: str
    rows: str
    folds: Mapping[str, Fold]
    model: IdentityModel


def plain(*values: str) -> str:
    """What anybody would do: small letters, without spaces at the ends."""
    return " ".join(value.strip().lower() for value in values).strip()


def write_set(known: KnownSet, file: Path, *, normalised: bool) -> dict[str, str]:
    """Write the features; gives the truth by record."""
    connection = duckdb.connect()
    connection.execute(f"CREATE TABLE raw AS {known.rows}")
    folds = known.folds if normalised else {
        name: Fold(fold.sources, plain) for name, fold in known.folds.items()
    }  # fmt: skip
    write_features(connection, "raw", folds, file)
    truth = dict(connection.execute("SELECT record, truth FROM raw").fetchall())
    connection.close()
    return truth


def _digits(value: str) -> str:
    return "".join(re.findall(r"\d", value)).lstrip("0")


def _first_phone(value: str) -> str:
    return find_tail(value.removesuffix(".0"))


def _take(name: str, function: Callable[..., str] = plain) -> Fold:
    return Fold((name,), function)


def _name(name: str) -> dict[str, Fold]:
    return {name: _take(name, fold_person), f"{name}_sound": _take(name, sound_person)}


def _febrl(number: int) -> str:
    file = literal(str(DATA / "er_febrl" / f"dataset{number}.csv"))
    return (
        "SELECT rec_id AS record, split_part(rec_id, '-', 2) AS truth, * EXCLUDE (rec_id)"
        f" FROM read_csv({file}, all_varchar = true, header = true, normalize_names = true)"
    )


FEBRL = KnownSet(
    "FEBRL",
    "FEBRL 3",
    _febrl(3),
    {
        **_name("given_name"),
        **_name("surname"),
        "street_number": _take("street_number", _digits),
        "address_1": _take("address_1", fold_address),
        "suburb": _take("suburb", fold_address),
        "postcode": _take("postcode", _digits),
        "state": _take("state", fold_address),
        "born": _take("date_of_birth", _digits),
        "number": _take("soc_sec_id", _digits),
    },
    IdentityModel(
        "febrl",
        (
            Compared("given_name", "word", is_weighed=True),
            Compared("surname", "word", is_weighed=True),
            Compared("street_number", "code"),
            Compared("address_1", "address"),
            Compared("suburb", "text", is_weighed=True),
            Compared("postcode", "code"),
            Compared("state", "exact"),
            Compared("born", "code"),
            Compared("number", "code"),
        ),
        blocks=(
            ("number",),
            ("born",),
            ("given_name_sound", "surname_sound"),
            ("surname_sound", "postcode"),
            ("given_name_sound", "postcode"),
            ("address_1:6", "street_number"),
            ("suburb", "given_name_sound"),
            ("suburb", "surname_sound"),
            ("postcode", "street_number"),
        ),
        training=(("number",), ("born",), ("surname_sound", "postcode")),
        sure=(("number",), ("born", "surname")),
        recall=0.9,
    ),
)

_HISTORICAL = literal(str(DATA / "er_splink" / "historical_figures_with_errors_50k.parquet"))

HISTORICAL = KnownSet(
    "HISTORICAL",
    "historical figures",
    "SELECT unique_id AS record, cluster AS truth, * EXCLUDE (unique_id, cluster)"
    f" FROM read_parquet({_HISTORICAL})",
    {
        "name": _take("first_and_surname", fold_person),
        "name_sound": _take("first_and_surname", sound_person),
        "given": _take("first_name", fold_person),
        "given_sound": _take("first_name", sound_person),
        "surname": _take("surname", fold_person),
        "surname_sound": _take("surname", sound_person),
        "whole": _take("full_name", fold_person),
        "whole_sound": _take("full_name", sound_person),
        "born": _take("dob", _digits),
        "birth_place": _take("birth_place", fold_address),
        "postcode": _take("postcode_fake", fold_address),
        "occupation": _take("occupation", fold_address),
    },
    IdentityModel(
        "historical",
        (
            Compared("whole", "name", is_weighed=True),
            Compared("born", "code", is_weighed=True),
            Compared("postcode", "postcode", is_weighed=True),
            Compared("birth_place", "text", is_weighed=True),
            Compared("occupation", "exact", is_weighed=True),
        ),
        blocks=(
            ("name_sound",),
            ("surname_sound", "born"),
            ("given_sound", "born"),
            ("postcode", "given_sound"),
            ("postcode", "surname_sound"),
            ("born", "birth_place"),
            ("postcode:4", "born"),
            ("postcode:4", "surname_sound"),
            ("postcode:4", "given_sound"),
            ("given:2", "surname:2", "born:4"),
            ("whole_sound",),
        ),
        training=(("name_sound",), ("born",), ("postcode",)),
        sure=(("name", "born"), ("whole", "postcode")),
        recall=0.6,
    ),
)

FAKE = KnownSet(
    "FAKE",
    "fake 1000",
    "SELECT unique_id AS record, cluster AS truth, * EXCLUDE (unique_id, cluster) FROM"
    f" read_csv({literal(str(DATA / 'er_splink' / 'fake_1000.csv'))}, all_varchar = true)",
    {
        **_name("first_name"),
        **_name("surname"),
        "born": _take("dob", _digits),
        "city": _take("city", fold_address),
        "email": _take("email", fold_email),
        "email_user": _take("email", lambda value: fold_email(value).split("@")[0]),
    },
    IdentityModel(
        "fake",
        (
            Compared("first_name", "word", is_weighed=True),
            Compared("surname", "word", is_weighed=True),
            Compared("born", "code"),
            Compared("city", "text", is_weighed=True),
            Compared("email", "email"),
        ),
        blocks=(
            ("first_name_sound", "surname_sound"),
            ("surname_sound", "city"),
            ("first_name_sound", "born"),
            ("surname_sound", "born"),
            ("email",),
            ("born",),
            ("email_user",),
            ("city", "first_name_sound"),
            ("surname_sound",),
            ("first_name_sound", "born:4"),
        ),
        training=(("first_name_sound", "surname_sound"), ("born",), ("email",)),
        sure=(("first_name", "born"), ("email",), ("surname", "born")),
        recall=0.7,
    ),
)

ORGS = KnownSet(
    "ORGS",
    "early childhood sites",
    """SELECT "Id" AS record, "True Id" AS truth, "Site name" AS site, "Address" AS address, """
    """"Zip" AS zip, "Phone" AS phone, "Agency" AS agency, "Website" AS website FROM read_csv("""
    f"{literal(str(DATA / 'er_orgs_dedupe' / 'early_childhood_with_true_ids.csv'))},"
    " all_varchar = true)",
    {
        "site": _take("site", fold_company),
        "site_sound": _take("site", sound_company),
        "address": _take("address", fold_address),
        "house": _take("address", find_house),
        "zip": _take("zip", lambda value: _digits(value.removesuffix(".0"))),
        "phone": _take("phone", _first_phone),
        "website": _take("website", fold_domain),
    },
    IdentityModel(
        "sites",
        (
            Compared("site", "name", is_weighed=True),
            Compared("house", "house", is_weighed=True),
            Compared("zip", "exact", is_weighed=True),
            Compared("phone", "phone"),
            Compared("website", "domain"),
        ),
        blocks=(
            ("house",),
            ("address",),
            ("phone",),
            ("site",),
            ("site_sound",),
            ("site:6", "zip"),
        ),
        training=(("phone",), ("house",), ("site",)),
        sure=(("phone", "house"), ("site", "house")),
        recall=0.6,
    ),
)
SETS = (FEBRL, HISTORICAL, FAKE, ORGS)
