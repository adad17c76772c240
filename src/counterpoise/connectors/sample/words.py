"""Invented names of companies and people in Latin and in Arabic letters, with slugs for addresses.

Companies are called by two or three words of words.csv, so that no two are a typo apart. A name's
number decides it: the same number is always the same name.
"""

import csv
import math
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Literal

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from numpy.typing import NDArray

Kind = Literal["company_first", "company_second", "given", "family"]
Script = Literal["latin", "arabic"]
Numbers = NDArray[np.int64]
Mask = NDArray[np.bool_]

ARABIC_COMPANY = "شركة "

STRIDE = 7_919
"""A prime: neighbouring numbers get names that have no word in common."""


@dataclass(frozen=True, slots=True)
class Words:
    written: tuple[str, ...]
    slugs: tuple[str, ...]


def read_rows(name: str) -> list[dict[str, str]]:
    """A CSV file of this folder."""
    written = resources.files(__package__).joinpath(name).read_text("utf-8")
    return list(csv.DictReader(written.splitlines()))


@cache
def load_words(kind: Kind, script: Script) -> Words:
    rows = [row for row in read_rows("words.csv") if (row["kind"], row["script"]) == (kind, script)]
    return Words(tuple(row["word"] for row in rows), tuple(row["slug"] for row in rows))


def take(labels: tuple[str, ...], codes: NDArray[np.integer]) -> pa.Array:
    """The label of each code; null where the code is below 0."""
    indices = pa.array(codes, type=pa.int32(), mask=np.asarray(codes) < 0)
    return pa.array(labels, pa.string()).take(indices)


def join(*parts: pa.Array | str, by: str = "") -> pa.Array:
    """Texts put together, row by row; null where one of them is."""
    return pc.binary_join_element_wise(*parts, by)


def name_companies(numbers: Numbers, arabic: Mask) -> tuple[pa.Array, pa.Array]:
    """Names and web domains; no two numbers give the same. `.example` belongs to nobody."""
    latin, latin_slugs = _name_companies(numbers[~arabic], "latin")
    local, local_slugs = _name_companies(numbers[arabic], "arabic")
    names = merge(arabic, join(ARABIC_COMPANY, local), latin)
    return names, join(merge(arabic, join(local_slugs, "-ar"), latin_slugs), ".example")


def _name_companies(numbers: Numbers, script: Script) -> tuple[pa.Array, pa.Array]:
    """Names and slugs of two words; a third joins when the pairs run out."""
    first, second = load_words("company_first", script), load_words("company_second", script)
    pairs = len(first.written) * len(second.written)
    assert math.gcd(STRIDE, pairs) == 1
    pair = numbers % pairs * STRIDE % pairs
    one, two = pair // len(second.written), pair % len(second.written)
    three = np.asarray(numbers // pairs - 1)
    names = join(take(first.written, one), take(second.written, two), by=" ")
    slugs = join(take(first.slugs, one), take(second.slugs, two))
    further = three % len(first.written)
    again = np.asarray(three // len(first.written))
    tail = join(" ", take(first.written, np.where(three < 0, -1, further)))
    tail_slug = take(first.slugs, np.where(three < 0, -1, further))
    count = pa.array(again + 1, mask=again < 1).cast(pa.string())
    names = join(names, pc.fill_null(tail, ""), pc.fill_null(join(" ", count), ""))
    return names, join(slugs, pc.fill_null(tail_slug, ""), pc.fill_null(count, ""))


@dataclass(frozen=True, slots=True, eq=False)
class People:
    given: pa.Array
    family: pa.Array
    mailbox: pa.Array


def name_people(numbers: Numbers, arabic: Mask) -> People:
    """People by number; the mailbox is `given.family` in Latin letters."""
    latin, local = _name_people(numbers[~arabic], "latin"), _name_people(numbers[arabic], "arabic")
    return People(
        merge(arabic, local.given, latin.given),
        merge(arabic, local.family, latin.family),
        merge(arabic, local.mailbox, latin.mailbox),
    )


def merge(mask: Mask, yes: pa.Array, no: pa.Array) -> pa.Array:
    """The texts of `yes` where the mask is true and those of `no` elsewhere, each in order."""
    place = np.where(mask, np.cumsum(mask) - 1, len(yes) + np.cumsum(~mask) - 1)
    return pa.concat_arrays([yes, no]).take(pa.array(place))


def _name_people(numbers: Numbers, script: Script) -> People:
    given, family = load_words("given", script), load_words("family", script)
    pairs = len(given.written) * len(family.written)
    pair = numbers % pairs * STRIDE % pairs
    one, two = pair // len(family.written), pair % len(family.written)
    mailbox = join(take(given.slugs, one), take(family.slugs, two), by=".")
    return People(take(given.written, one), take(family.written, two), mailbox)
