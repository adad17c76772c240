"""What people do with providers of enrichment: add, change, pause and remove them.

A secret is locked away and never shown again. It is only ever sent where it was given for: whoever
changes a provider's address writes its secret again.
"""

import re
from dataclasses import replace
from datetime import datetime

import sqlalchemy as sa
from sqlalchemy.exc import ArgumentError

from counterpoise.actions.enrichment_providers import InvalidProvider, check_settings
from counterpoise.domain.values.text import text
from counterpoise.store import enrichment
from counterpoise.store.enrichment import ProviderFacts

LONGEST_AGE = 3_650
_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")


def add_provider(facts: ProviderFacts, secret: str, *, now: datetime) -> None:
    """Raises InvalidProvider and ProviderTaken."""
    if not _NAME.fullmatch(facts.name):
        raise InvalidProvider(
            text(
                "'{name}' is no name for a provider. Write Latin letters, digits, dots, - and _, 64"
                " at most.",
                name=facts.name,
            )
        )
    _check(facts)
    enrichment.add_provider(facts, secret, at=now)


def change_provider(
    before: ProviderFacts, after: ProviderFacts, secret: str, *, now: datetime
) -> None:
    """secret: empty leaves the kept one. Raises InvalidProvider and ProviderChanged."""
    _check(after)
    is_moved = after.settings.get("url") != before.settings.get("url")
    if before.has_secret and is_moved and not secret:
        raise InvalidProvider(
            text("The address of {name} changes. Write its secret again.", name=before.name)
        )
    enrichment.change_provider(before, after, secret or None, at=now)


def pause_provider(before: ProviderFacts, *, is_paused: bool, now: datetime) -> None:
    """Raises ProviderChanged."""
    enrichment.change_provider(before, replace(before, is_paused=is_paused), None, at=now)


def remove_provider(before: ProviderFacts, *, now: datetime) -> None:
    """What it said stays. Raises ProviderChanged."""
    enrichment.remove_provider(before, at=now)


def _check(facts: ProviderFacts) -> None:
    check_settings(facts)
    if not 0 <= facts.age_days <= LONGEST_AGE:
        raise InvalidProvider(
            text("A provider is asked again after 0 to {most} days.", most=LONGEST_AGE)
        )
    if facts.kind == "table" and _has_password(facts.settings["url"]):
        raise InvalidProvider(
            text("The address has a password in it. Leave it out, and write it as the secret.")
        )


def _has_password(url: str) -> bool:
    try:
        return sa.make_url(url).password is not None
    except ArgumentError:
        return False  # whoever opens it says what is wrong with it
