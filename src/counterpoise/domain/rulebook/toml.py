"""Reads a rulebook written as TOML `[[rule]]` entries, and the defaults of the product."""

import tomllib
from datetime import date
from functools import cache
from importlib import resources

from counterpoise.domain.rulebook.rulebook import InvalidRule, Rule, Rulebook
from counterpoise.domain.values.text import text

_FIELDS = {"key", "subject", "value", "unit", "effective_from", "source"}


def parse(written: str, name: str) -> Rulebook:
    """Raises InvalidRule, naming the entry, for anything that is not a rule."""
    try:
        content = tomllib.loads(written)
    except tomllib.TOMLDecodeError as error:
        raise InvalidRule(
            text(
                "{name} is no valid TOML: {error}. Mend that line.",
                name=name,
                error=str(error),
            )
        ) from None
    entries = content.get("rule", [])
    if not isinstance(entries, list) or set(content) - {"rule"}:
        raise InvalidRule(
            text(
                "{name} must hold [[rule]] entries and nothing else.",
                name=name,
            )
        )
    return Rulebook(tuple(_read(entry, f"{name}, rule {n}") for n, entry in enumerate(entries, 1)))


@cache
def load_defaults() -> Rulebook:
    written = resources.files(__package__).joinpath("default.toml").read_text("utf-8")
    return parse(written, "default.toml")


def _read(entry: dict[str, object], where: str) -> Rule:
    if unknown := set(entry) - _FIELDS:
        raise InvalidRule(
            text(
                "{where} has {unknown}; a rule has {fields}.",
                where=where,
                unknown=str(sorted(unknown)),
                fields=str(sorted(_FIELDS)),
            )
        )
    if missing := _FIELDS - {"subject", "unit"} - set(entry):
        raise InvalidRule(
            text(
                "{where} lacks {missing}.",
                where=where,
                missing=str(sorted(missing)),
            )
        )
    day = entry["effective_from"]
    if not isinstance(day, date):
        raise InvalidRule(
            text(
                "{where}: effective_from is '{day}'. Write a date, 2026-01-01.",
                where=where,
                day=str(day),
            )
        )
    return Rule(
        key=str(entry["key"]),
        subject=str(entry.get("subject", "")),
        value=str(entry["value"]),
        unit=str(entry.get("unit", "")),
        effective_from=day,
        source=str(entry["source"]),
    )
