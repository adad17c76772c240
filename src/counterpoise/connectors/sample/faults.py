"""Plants faults in the exported rows, and keeps a list of every one of them.

A row gets one fault at most. Careless sellers make more of them. Amounts of won deals stay right,
as invoices would have shown an error; amounts a hundred times too high stand in lost deals only.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

from counterpoise.connectors.sample.exports import Columns, Export
from counterpoise.connectors.sample.words import ARABIC_COMPANY
from counterpoise.domain.tables.health import Rule

Mask = NDArray[np.bool_]
Spoil = Callable[[list[Any], np.random.Generator], list[Any]]
"""Makes wrong values of right ones."""

FAULT_COLUMNS = ("table", "key", "attribute", "rule", "kind", "planted", "truth", "other_key")


@dataclass(frozen=True, slots=True)
class Planting:
    """One kind of fault of one attribute: `rate` of the rows, by the hand of an average seller.

    basis: the column whose values are spoilt; empty: the attribute's own.
    """

    attribute: str
    header: str
    rule: Rule
    kind: str
    rate: float
    spoil: Spoil
    basis: str = ""


@dataclass(slots=True)
class FaultList:
    """Writes truth/faults.csv: table and attribute as in the data dictionary, key as exported."""

    export: Export

    def add(self, table: str, planting: Planting, rows: Columns) -> None:
        """rows: key, planted and truth of each; other_key where a second record is meant."""
        count = len(rows["key"])
        fixed = {
            "table": table,
            "attribute": planting.attribute,
            "rule": planting.rule,
            "kind": planting.kind,
        }
        given = {name: pa.array([value] * count, pa.string()) for name, value in fixed.items()}
        given |= {name: column.cast(pa.string()) for name, column in rows.items()}
        blank = pa.nulls(count, pa.string())
        self.export.write({name: given.get(name, blank) for name in FAULT_COLUMNS})


@dataclass(slots=True, eq=False)
class Field:
    """A part of a table in which faults are being planted. `free`: rows still without one."""

    table: str
    key: str
    columns: Columns
    carelessness: NDArray[np.float64]
    free: Mask

    def plant(
        self, planting: Planting, faults: FaultList, rng: np.random.Generator, among: Mask
    ) -> None:
        """Spoils the attribute in some of the rows `among` which it may."""
        chosen = self.free & among & (rng.random(len(among)) < planting.rate * self.carelessness)
        self.spoil(planting, faults, rng, chosen)

    def spoil(
        self, planting: Planting, faults: FaultList, rng: np.random.Generator, chosen: Mask
    ) -> None:
        """Spoils the attribute in the chosen rows, out of what stands in the planting's basis."""
        column = self.columns[planting.header]
        where = pa.array(chosen)
        basis = self.columns[planting.basis or planting.header].filter(where).to_pylist()
        planted = pa.array(planting.spoil(basis, rng), column.type)
        faults.add(
            self.table,
            planting,
            {
                "key": self.columns[self.key].filter(where),
                "planted": planted,
                "truth": column.filter(where),
            },
        )
        self.columns[planting.header] = pc.replace_with_mask(column, where, planted)
        self.free &= ~chosen


def keep(values: list[Any], rng: np.random.Generator) -> list[Any]:
    """For what the simulation itself made wrong."""
    return values


def forget(values: list[Any], rng: np.random.Generator) -> list[Any]:
    return [None for _ in values]


def refer_to_nothing(values: list[Any], rng: np.random.Generator) -> list[Any]:
    """The id of a record that an older system had."""
    return [f"legacy_{number:09x}" for number in rng.integers(16**8, 16**9, len(values))]


def multiply_hundredfold(values: list[Any], rng: np.random.Generator) -> list[Any]:
    return [value * 100 for value in values]


def negate(values: list[Any], rng: np.random.Generator) -> list[Any]:
    return [-value for value in values]


def misspell_code(values: list[str], rng: np.random.Generator) -> list[Any]:
    """A product code without its hyphen, or with two letters swapped, or one doubled."""
    ways: Sequence[Callable[[str], str]] = (
        lambda code: code.replace("-", "") if "-" in code else code + code[-1],
        lambda code: code[:1] + code[2] + code[1] + code[3:],
        lambda code: code[:3] + code[2:],
    )
    return [
        ways[way](code) for code, way in zip(values, rng.integers(0, 3, len(values)), strict=True)
    ]


def exceed_share(values: list[Any], rng: np.random.Generator) -> list[Any]:
    return [("140%", "-20%", "250%")[way] for way in rng.integers(0, 3, len(values))]


def break_address(values: list[str], rng: np.random.Generator) -> list[Any]:
    ways: Sequence[Callable[[str], str]] = (
        lambda address: address.replace("@", " at "),
        lambda address: address.replace(".example", ""),
        lambda address: address.replace("@", "@@"),
        lambda address: address.replace(".", " ", 1),
    )
    return [
        ways[way](each) for each, way in zip(values, rng.integers(0, 4, len(values)), strict=True)
    ]


def break_phone(values: list[str], rng: np.random.Generator) -> list[Any]:
    return [
        ("00000", "12", "call office", "+971 x")[way] for way in rng.integers(0, 4, len(values))
    ]


def end_before(values: list[str], rng: np.random.Generator) -> list[Any]:
    """A closing some days before each of these moments of creation."""
    return [
        str(date.fromisoformat(value[:10]) - timedelta(days=int(days))) + value[10:]
        for value, days in zip(values, rng.integers(2, 40, len(values)), strict=True)
    ]


def misspell(names: list[str], rng: np.random.Generator) -> list[Any]:
    """Names with a letter missing, or two swapped."""
    return [_slip(name, rng) for name in names]


def rename_companies(names: list[str], rng: np.random.Generator) -> list[Any]:
    """The same companies with a slip of the pen, or with their legal form."""
    forms = {True: ("ش.م.م", "ذ.م.م"), False: ("LLC", "Ltd.")}
    renamed = []
    for name in names:
        form = forms[name.startswith(ARABIC_COMPANY)][int(rng.integers(0, 2))]
        renamed.append(_slip(name, rng) if rng.random() < 0.5 else f"{name} {form}")
    return renamed


def _slip(name: str, rng: np.random.Generator) -> str:
    """A letter of the longest word, neither its first nor its last two, missing or swapped."""
    word = max(name.split(" "), key=len)
    place = int(rng.integers(1, max(2, len(word) - 2)))
    if rng.random() < 0.5 or word[place] == word[place + 1]:
        slipped = word[:place] + word[place + 1 :]
    else:
        slipped = word[:place] + word[place + 1] + word[place] + word[place + 2 :]
    return name.replace(word, slipped)
