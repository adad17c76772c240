"""What people called for periods: every call that was ever made, in the order of time."""

from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import cast

from django.db import transaction
from django.db.models import QuerySet

from counterpoise.domain.tables.call import Call, Scope, Voice
from counterpoise.domain.values.period import Period
from counterpoise.store import audit
from counterpoise.store.models import ForecastCall


@dataclass(frozen=True, slots=True)
class Draft:
    """A call that is to be kept. won: what the data knew as won by as_of, the day of the data."""

    period: Period
    scope: Scope
    name: str
    voice: Voice
    commit: Decimal
    best_case: Decimal
    pipeline: Decimal | None
    comment: str
    won: Decimal
    as_of: date
    currency: str = ""

    def as_call(self, author: str, role: str, at: datetime, number: int = 0) -> Call:
        """Raises InvalidCall for what cannot be meant."""
        return Call(
            id=number,
            period=self.period,
            scope=self.scope,
            name=self.name,
            voice=self.voice,
            commit=self.commit,
            best_case=self.best_case,
            pipeline=self.pipeline,
            won=self.won,
            as_of=self.as_of,
            comment=self.comment,
            author=author,
            role=role,
            made_at=at,
            currency=self.currency,
        )


@dataclass(frozen=True, slots=True)
class Caller:
    """Whose word a call is. person_id: of the account."""

    person_id: int
    login: str
    role: str


def list_calls(period: Period) -> tuple[Call, ...]:
    """All of a period, the first one first."""
    return tuple(_read(row) for row in _rows().filter(period=str(period)))


def list_all() -> tuple[Call, ...]:
    return tuple(_read(row) for row in _rows())


def keep(draft: Draft, caller: Caller, *, made_at: datetime, kept_at: datetime) -> Call:
    """Append the call; the one that stood until then stays. made_at is when it was said."""
    with transaction.atomic():
        before = _rows().filter(
            period=str(draft.period), scope=draft.scope, name=draft.name, voice=draft.voice
        )
        last = before.last()
        row = ForecastCall.objects.create(
            period=str(draft.period),
            scope=draft.scope,
            name=draft.name,
            voice=draft.voice,
            commit=str(draft.commit),
            best_case=str(draft.best_case),
            pipeline="" if draft.pipeline is None else str(draft.pipeline),
            won=str(draft.won),
            as_of=draft.as_of,
            comment=draft.comment,
            author_id=caller.person_id,
            role=caller.role,
            made_at=made_at,
            kept_at=kept_at,
            currency=draft.currency,
        )
        made = draft.as_call(caller.login, caller.role, made_at, row.pk)
        audit.record(
            "call.submitted" if made_at == kept_at else "call.loaded",
            f"period:{draft.period}",
            before=None if last is None else _describe(_read(last)),
            after=_describe(made),
            at=kept_at,
        )
    return made


def _rows() -> QuerySet[ForecastCall]:
    return ForecastCall.objects.select_related("author")


def _read(row: ForecastCall) -> Call:
    return Call(
        id=row.pk,
        period=Period.parse(row.period),
        scope=cast("Scope", row.scope),
        name=row.name,
        voice=cast("Voice", row.voice),
        commit=Decimal(row.commit),
        best_case=Decimal(row.best_case),
        pipeline=Decimal(row.pipeline) if row.pipeline else None,
        won=Decimal(row.won),
        as_of=row.as_of,
        comment=row.comment,
        author=row.author.username,
        role=row.role,
        made_at=row.made_at,
        currency=row.currency,
    )


def _describe(call: Call) -> dict[str, str | int | None]:
    return {
        "call": call.id,
        "author": call.author,
        "of": call.scope,
        "name": call.name,
        "voice": call.voice,
        "commit": str(call.commit),
        "best_case": str(call.best_case),
        "pipeline": None if call.pipeline is None else str(call.pipeline),
        "won": str(call.won),
        "as_of": call.as_of.isoformat(),
        "comment": call.comment,
        "made_at": call.made_at.isoformat(),
        **({"currency": call.currency} if call.currency else {}),
    }
