"""Enrichment in the store: what holds for each field, conflicts, and what providers cost."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any, Literal, cast

from django.db import transaction
from django.db.models import F

from counterpoise.domain.collect.enrichment import Authority, Claim, Decision
from counterpoise.domain.values.document import from_document, read_sentence, to_document
from counterpoise.domain.values.text import Text, text
from counterpoise.store import audit, vault
from counterpoise.store.models import (
    EnrichedField,
    EnrichmentAsk,
    EnrichmentConflict,
    EnrichmentProvider,
    EnrichmentSpend,
)

Choice = Literal["holds", "rival"]
_E4 = 10_000
MOST_SHOWN = 5_000


class UnknownProvider(LookupError):
    """No provider has the name."""


class ProviderChanged(RuntimeError):
    """Somebody else changed or removed the provider meanwhile; nothing was written."""


class ProviderTaken(ValueError):
    """The name belongs to another provider."""


class UnknownConflict(LookupError):
    """There is no such conflict."""


class SettledAlready(RuntimeError):
    """Somebody decided before."""


@dataclass(frozen=True, slots=True)
class ProviderFacts:
    """cost: of asking about one company, in the company's currency. age_days: after how many days
    it is asked about a company again, 0 for the shortest age limit of a field."""

    name: str
    kind: str
    authority: Authority
    settings: Mapping[str, str]
    cost: Decimal
    age_days: int = 0
    is_paused: bool = False
    has_secret: bool = False
    edition: int = 1


@dataclass(frozen=True, slots=True)
class Held:
    """What holds for a field of a company. place: where it was found."""

    entity: str
    claim: Claim
    place: str


@dataclass(frozen=True, slots=True)
class Conflict:
    id: int
    entity: str
    name: str
    holds: Claim
    rival: Claim
    why: Text
    found_at: datetime
    choice: str


@dataclass(frozen=True, slots=True)
class Spend:
    provider: str
    month: str
    spent: Decimal
    calls: int


def add_provider(facts: ProviderFacts, secret: str, *, at: datetime) -> None:
    """Raises ProviderTaken."""
    with transaction.atomic():
        _, is_new = EnrichmentProvider.objects.get_or_create(
            name=facts.name,
            defaults={
                "kind": facts.kind,
                "authority": facts.authority,
                "settings": dict(facts.settings),
                "secret": vault.lock(secret) if secret else "",
                "cost_e4": _to_e4(facts.cost),
                "age_days": facts.age_days,
                "made_at": at,
            },
        )
        if not is_new:
            raise ProviderTaken(
                text("There is a provider {name} already. Take another name.", name=facts.name)
            )
        subject = f"provider:{facts.name}"
        audit.record("enrichment.provider", subject, after=_tell_provider(facts), at=at)


def change_provider(
    before: ProviderFacts, after: ProviderFacts, secret: str | None, *, at: datetime
) -> None:
    """secret: None leaves the kept one. Raises ProviderChanged where `before` is not the newest."""
    new = {} if secret is None else {"secret": vault.lock(secret) if secret else ""}
    with transaction.atomic():
        rows = EnrichmentProvider.objects.filter(name=before.name, edition=before.edition)
        changed = rows.update(
            authority=after.authority,
            settings=dict(after.settings),
            cost_e4=_to_e4(after.cost),
            age_days=after.age_days,
            is_paused=after.is_paused,
            edition=before.edition + 1,
            **new,
        )
        if not changed:
            raise _say_changed(before.name)
        told = {**_tell_provider(after), "secret_changed": secret is not None}
        audit.record(
            "enrichment.changed",
            f"provider:{before.name}",
            before=_tell_provider(before),
            after=told,
            at=at,
        )


def remove_provider(before: ProviderFacts, *, at: datetime) -> None:
    """Settings and secret go; what it said and what it has cost stays. Raises ProviderChanged."""
    with transaction.atomic():
        rows = EnrichmentProvider.objects.filter(name=before.name, edition=before.edition)
        if not rows.delete()[0]:
            raise _say_changed(before.name)
        subject = f"provider:{before.name}"
        audit.record("enrichment.removed", subject, before=_tell_provider(before), at=at)


def list_providers() -> tuple[ProviderFacts, ...]:
    return tuple(_read_provider(each) for each in EnrichmentProvider.objects.all())


def get_provider(name: str) -> tuple[ProviderFacts, str]:
    """With its secret. Raises UnknownProvider and LockedSecret."""
    row = _get_provider(name)
    return _read_provider(row), vault.unlock(row.secret) if row.secret else ""


def get_facts(name: str) -> ProviderFacts:
    """Raises UnknownProvider."""
    return _read_provider(_get_provider(name))


def list_held(entities: Iterable[str] | None = None) -> tuple[Held, ...]:
    """Of these companies; of all, the newest first, where nothing is said."""
    rows = EnrichedField.objects.all()
    if entities is None:
        return tuple(_read_held(each) for each in rows.order_by("-seen_at", "id")[:MOST_SHOWN])
    return tuple(_read_held(each) for each in rows.filter(entity__in=list(entities)))


def find_held(entity: str, field: str) -> Claim | None:
    row = EnrichedField.objects.filter(entity=entity, field=field).first()
    return None if row is None else _read_held(row).claim


def hold(entity: str, claim: Claim, place: str = "") -> None:
    EnrichedField.objects.update_or_create(
        entity=entity,
        field=claim.field,
        defaults={
            "value": claim.value,
            "authority": claim.authority,
            "provider": claim.provider,
            "method": claim.method[:200],
            "place": place,
            "seen_at": claim.seen_at,
            "is_verified": claim.is_verified,
        },
    )


def open_conflict(entity: str, name: str, decision: Decision, *, at: datetime) -> bool:
    """Whether it is new: the same provider's newer word takes the place of its older one, and what
    a person decided against is not asked again."""
    assert decision.rival is not None
    rival = decision.rival
    decided = EnrichmentConflict.objects.filter(
        entity=entity,
        field=rival.field,
        rival_provider=rival.provider,
        choice="holds",
        rival__value=rival.value,
    )
    if decided.exists():
        return False
    _, is_new = EnrichmentConflict.objects.update_or_create(
        entity=entity,
        field=rival.field,
        rival_provider=rival.provider,
        settled_at=None,
        defaults={
            "name": name[:300],
            "holds": to_document(decision.holds),
            "rival": to_document(rival),
            "why": to_document(decision.why),
            "found_at": at,
        },
    )
    return is_new


def list_conflicts() -> tuple[Conflict, ...]:
    """The open ones, the oldest first."""
    rows = EnrichmentConflict.objects.filter(settled_at=None)[:MOST_SHOWN]
    return tuple(_read_conflict(each) for each in rows)


def settle(conflict_id: int, choice: Choice, *, person: int, at: datetime) -> Conflict:
    """Raises UnknownConflict and SettledAlready, with nothing written."""
    with transaction.atomic():
        rows = EnrichmentConflict.objects.select_for_update()
        row = rows.filter(pk=conflict_id).first()
        if row is None:
            raise UnknownConflict(text("There is no conflict {id}.", id=conflict_id))
        if row.settled_at is not None:
            raise SettledAlready(
                text("Somebody decided about this before. What holds by now is in the list.")
            )
        row.choice, row.settled_at, row.settled_by_id = choice, at, person
        row.save()
        conflict = _read_conflict(row)
        before = {"holds": conflict.holds.value, "rival": conflict.rival.value}
        audit.record(
            "enrichment.settled",
            f"account:{row.entity}"[:200],
            before=before,
            after={"field": row.field, "choice": choice},
            at=at,
        )
        return conflict


def close_conflicts(entity: str, field: str, *, person: int, at: datetime) -> None:
    """What a person verified leaves nothing to decide."""
    rows = EnrichmentConflict.objects.filter(entity=entity, field=field, settled_at=None)
    rows.update(choice="holds", settled_at=at, settled_by_id=person)


def list_asked(entities: Iterable[str], provider: str) -> dict[str, datetime]:
    rows = EnrichmentAsk.objects.filter(entity__in=list(entities), provider=provider)
    return dict(rows.values_list("entity", "asked_at"))


def note_asked(entity: str, provider: str, *, at: datetime) -> None:
    EnrichmentAsk.objects.update_or_create(
        entity=entity, provider=provider, defaults={"asked_at": at}
    )


def reserve(provider: str, month: str, cost: Decimal, cap: Decimal) -> bool:
    """Before a call: whether the month's cap has room for it, and then it is taken.

    One statement compares and adds, so two processes at once do not spend the same room.
    """
    wanted = _to_e4(cost)
    EnrichmentSpend.objects.get_or_create(provider=provider, month=month)
    rows = EnrichmentSpend.objects.filter(provider=provider, month=month)
    if wanted:
        rows = rows.filter(spent_e4__lte=_to_e4(cap) - wanted)
    return bool(rows.update(spent_e4=F("spent_e4") + wanted, calls=F("calls") + 1))


def list_spend() -> tuple[Spend, ...]:
    return tuple(
        Spend(each.provider, each.month, Decimal(each.spent_e4) / _E4, each.calls)
        for each in EnrichmentSpend.objects.all()
    )


def _get_provider(name: str) -> EnrichmentProvider:
    row = EnrichmentProvider.objects.filter(name=name).first()
    if row is None:
        known = ", ".join(each.name for each in list_providers()) or "-"
        raise UnknownProvider(
            text("There is no provider {name}. There are: {listed}.", name=name, listed=known)
        )
    return row


def _say_changed(name: str) -> ProviderChanged:
    return ProviderChanged(
        text(
            "{name} was changed or removed by somebody else meanwhile. Nothing was saved. Look at"
            " it again.",
            name=name,
        )
    )


def _tell_provider(facts: ProviderFacts) -> dict[str, Any]:
    return {
        "kind": facts.kind,
        "authority": facts.authority,
        "cost": str(facts.cost),
        "settings": dict(facts.settings),
        "age_days": facts.age_days,
        "is_paused": facts.is_paused,
    }


def _to_e4(amount: Decimal) -> int:
    return int((amount * _E4).to_integral_value())


def _read_provider(row: EnrichmentProvider) -> ProviderFacts:
    cost = Decimal(row.cost_e4) / _E4
    authority = cast("Authority", row.authority)
    return ProviderFacts(
        row.name,
        row.kind,
        authority,
        row.settings,
        cost,
        row.age_days,
        is_paused=row.is_paused,
        has_secret=bool(row.secret),
        edition=row.edition,
    )


def _read_held(row: EnrichedField) -> Held:
    claim = Claim(
        row.field,
        row.value,
        cast("Authority", row.authority),
        row.provider,
        row.method,
        row.seen_at,
        is_verified=row.is_verified,
    )
    return Held(row.entity, claim, row.place)


def _read_conflict(row: EnrichmentConflict) -> Conflict:
    why = read_sentence(row.why)
    assert isinstance(why, Text)
    return Conflict(
        row.pk,
        row.entity,
        row.name,
        from_document(Claim, row.holds),
        from_document(Claim, row.rival),
        why,
        row.found_at,
        row.choice,
    )
