"""Contacts in any number, about one in five of them there again, written as people write."""

import random
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from counterpoise.warehouse.engine import open_connection
from counterpoise.warehouse.identity.matching import MEMORY_LIMIT
from counterpoise.warehouse.identity.normalising import write_features
from counterpoise.warehouse.identity.records import FOLDS

_LETTERS = "bdfghjklmnrstwz"
_VOWELS = ("a", "i", "o", "u", "e", "ai", "ou")
_COUNTRIES = ("UAE", "Saudi Arabia", "Egypt", "Germany", "United Kingdom", "United States")
_CODES = ("+9715", "+9665", "+201", "+4917", "+4479", "+1212")
_COLUMNS = ("record", "name", "email", "phone", "company", "domain", "country")


def write_contacts(contacts: int, more: int, file: Path) -> dict[str, str]:
    """Write features of contacts and of `more` that come behind them; gives who each is.

    The same number gives the same contacts; those that come behind begin from a seed of their own,
    and every other one of them is somebody who is there already.
    """
    rows, truth = [], {}
    for who, row in [*_make(contacts, 7), *_make_later(contacts, more)]:
        truth[row[0]] = who
        rows.append(row)
    connection = open_connection(memory_limit=MEMORY_LIMIT)
    columns = zip(*rows, strict=True)
    table = pa.table(
        {
            name: pa.array(values, pa.string())
            for name, values in zip(_COLUMNS, columns, strict=True)
        }
    )
    connection.register("raw", table)
    write_features(connection, "raw", FOLDS["contact"], file)
    connection.close()
    return truth


def _make(contacts: int, seed: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    chance = random.Random(seed)
    names, families = _list_words(chance, 3_000), _list_words(chance, 30_000)
    kinds = ("foods", "logistics", "steel", "media", "labs")
    companies = [f"{word} {chance.choice(kinds)}".title() for word in _list_words(chance, 40_000)]
    made = 0
    while made < contacts:
        person = _make_person(chance, names, families, companies, made)
        copies = 1 + (chance.random() < 0.2) + (chance.random() < 0.04)
        for copy in range(min(copies, contacts - made)):
            row = person if copy == 0 else _write_again(person, chance)
            yield f"p{person[1]}{person[0]}", (f"crm|{made:08}", *row)
            made += 1


def _make_later(contacts: int, more: int) -> Iterator[tuple[str, tuple[str, ...]]]:
    if not more:
        return
    chance = random.Random(8)
    step = max(contacts // more, 1)
    for number, (who, row) in enumerate(_make(contacts, 7)):
        if number % step == 0 and number // step < more:
            place = number // step
            record = f"new|{place:08}"
            if place % 2:
                yield who, (record, *_write_again(row[1:], chance))
            else:
                email = f"new{place}@{row[5]}"
                name = f"{row[1].split()[0]} {chance.choice(_LETTERS)}e{place % 977}ner"
                yield record, (record, name, email, f"+4930{place:08}", *row[4:])


def _make_person(
    chance: random.Random, names: list[str], families: list[str], companies: list[str], made: int
) -> tuple[str, ...]:
    given = names[min(int(chance.expovariate(1 / 400)), len(names) - 1)]
    family = families[min(int(chance.expovariate(1 / 5_000)), len(families) - 1)]
    company = companies[int(chance.random() ** 2 * len(companies))]
    place = chance.randrange(len(_CODES))
    domain = company.lower().replace(" ", "") + ".com"
    phone = f"{_CODES[place]}{chance.randrange(10**7, 10**8)}"
    email = f"{given}.{family}{made % 97}@{domain}"
    return f"{given} {family}".title(), email, phone, company, domain, _COUNTRIES[place]


def _write_again(person: tuple[str, ...], chance: random.Random) -> tuple[str, ...]:
    """The same person as someone else types them: a slip, a missing field, another form."""
    name, email, phone, company, domain, country = person
    given, family = name.split(" ", 1)
    kind = chance.randrange(4)
    if kind == 0:
        place = chance.randrange(len(family) - 1)
        family = family[:place] + family[place + 1] + family[place] + family[place + 2 :]
    name = (f"{given} {family}", f"{family}, {given}", f"Mr. {given} {family}")[chance.randrange(3)]
    lost = chance.randrange(5)
    return (
        name,
        "" if lost == 0 else email.upper() if kind == 1 else email,
        "" if lost == 1 else f"{phone[:4]} {phone[4:7]}-{phone[7:]}" if kind == 2 else phone,
        f"{company} Ltd" if kind == 3 else company,
        domain,
        "" if lost == 2 else country,
    )


def _list_words(chance: random.Random, count: int) -> list[str]:
    made: dict[str, None] = {}
    while len(made) < count:
        length = chance.choice((2, 2, 3, 3, 4))
        word = "".join(chance.choice(_LETTERS) + chance.choice(_VOWELS) for _ in range(length))
        made[word + chance.choice(_LETTERS)] = None
    return list(made)
