"""Enrichment: providers are asked about companies, claims are decided, and people have the last
word. What the CRM holds counts as the customer's own word."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from decimal import Decimal

from django.db import transaction

from counterpoise.actions import rules
from counterpoise.actions.enrichment_providers import open_provider
from counterpoise.actions.workspaces import Workspace
from counterpoise.connectors.enrichment.provider import Found, Provider, Subject
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.domain.collect.enrichment import (
    FIELDS,
    Claim,
    Decision,
    Trust,
    decide,
    read_trust,
)
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.domain.values.rights import Visitor
from counterpoise.domain.values.text import Text, explain, text
from counterpoise.store import audit, enrichment, ledger
from counterpoise.store.enrichment import Choice, Conflict, ProviderFacts
from counterpoise.warehouse.queries.companies import Company, list_companies

MOST_FAILURES = 5
"""In a row, after which a provider is left for this time."""
LONGEST_VALUE = 500
CRM = "crm"


class ProviderPaused(RuntimeError):
    """A provider that is not to be asked for now."""


class InvalidValue(ValueError):
    """A value or a field that cannot be kept."""


@dataclass(slots=True)
class Enriched:
    """What one run came to. stopped: why a provider was left before the end."""

    asked: int = 0
    known: int = 0
    verdicts: dict[str, int] = field(default_factory=dict)
    conflicts: int = 0
    stopped: Text | None = None

    def count(self, decision: Decision) -> None:
        self.verdicts[decision.verdict] = self.verdicts.get(decision.verdict, 0) + 1


@dataclass(frozen=True, slots=True)
class _Run:
    facts: ProviderFacts
    provider: Provider
    trust: Trust
    cap: Decimal
    now: datetime


def enrich(
    workspace: Workspace,
    name: str,
    *,
    limit: int,
    say: Callable[[float], None] = lambda share: None,
    now: datetime,
) -> Enriched:
    """Ask one provider about the companies that it was not asked about within their age limit.

    Safe to do again: what was asked is not asked twice. Raises UnknownProvider, InvalidProvider,
    ProviderPaused, NoBuild and what the rulebook raises.
    """
    facts, secret = enrichment.get_provider(name)
    if facts.is_paused:
        raise ProviderPaused(
            text("{name} is paused, so nobody is asked. Let it go on first.", name=name)
        )
    rulebook = rules.load_rulebook()
    trust, cap = read_trust(rulebook, now.date()), find_cap(rulebook, name, now)
    run = _Run(facts, open_provider(workspace, facts, secret), trust, cap, now)
    build = ledger.get_current_build()
    companies = _select(list_companies(workspace.build_folder(build.id), FIELDS), run)[:limit]
    done, failures = Enriched(), 0
    for place, company in enumerate(companies):
        say(place / len(companies))
        if not enrichment.reserve(name, f"{now:%Y-%m}", facts.cost, cap):
            done.stopped = text("the month's cap for {name} is reached", name=name)
            break
        done.asked += 1
        try:
            found = run.provider.ask(_describe(company))
        except (SourceRefused, SourceUnreachable) as error:
            failures += 1
            if failures >= MOST_FAILURES:
                done.stopped = explain(error)
                break
            continue
        failures = 0
        _take(company, found, run, done)
    _record(name, done, now)
    return done


def settle(conflict_id: int, choice: Choice, visitor: Visitor, *, now: datetime) -> Conflict:
    """A person decides; what they chose holds as verified. Raises UnknownConflict and
    SettledAlready."""
    with transaction.atomic():
        conflict = enrichment.settle(conflict_id, choice, person=visitor.id, at=now)
        chosen = conflict.rival if choice == "rival" else conflict.holds
        _hold_verified(conflict.entity, chosen.field, chosen.value, visitor, now)
    return conflict


def verify(entity: str, name: str, value: str, visitor: Visitor, *, now: datetime) -> None:
    """A person says what is so; nothing else overwrites it. Raises InvalidValue."""
    written = value.strip()
    if name not in FIELDS or not 0 < len(written) <= LONGEST_VALUE or not entity.strip():
        raise InvalidValue(
            text(
                "Name a company, one of its fields ({fields}) and a value of 1 to {most} letters.",
                fields=", ".join(FIELDS),
                most=LONGEST_VALUE,
            )
        )
    with transaction.atomic():
        before = enrichment.find_held(entity, name)
        _hold_verified(entity, name, written, visitor, now)
        audit.record(
            "enrichment.verified",
            f"account:{entity}"[:200],
            before={"field": name, "value": before.value} if before else None,
            after={"field": name, "value": written},
            at=now,
        )


def find_cap(rulebook: Rulebook, provider: str, now: datetime) -> Decimal:
    """What the provider may cost this month."""
    return rulebook.get_number("enrich.month_cap", now.date(), provider)


def _hold_verified(entity: str, name: str, value: str, visitor: Visitor, now: datetime) -> None:
    claim = Claim(name, value, "person", visitor.name, "verified", now, is_verified=True)
    enrichment.hold(entity, claim)
    enrichment.close_conflicts(entity, name, person=visitor.id, at=now)


def _select(companies: tuple[Company, ...], run: _Run) -> list[Company]:
    asked = enrichment.list_asked((each.entity for each in companies), run.facts.name)
    again = timedelta(days=run.facts.age_days or min(run.trust.limits.values()))
    return [
        each
        for each in companies
        if each.entity not in asked or run.now - asked[each.entity] > again
    ]


def _describe(company: Company) -> Subject:
    known = company.fields
    return Subject(company.name, known.get("domain", ""), known.get("country", ""))


def _take(company: Company, found: Found | None, run: _Run, done: Enriched) -> None:
    """All that was said of one company, in one transaction."""
    with transaction.atomic():
        enrichment.note_asked(company.entity, run.facts.name, at=run.now)
        if found is None:
            return
        done.known += 1
        for name, value in found.fields.items():
            claim = _claim(name, value, found.method, run)
            _decide(company, claim, found.place, run, done)


def _claim(name: str, value: str, method: Mapping[str, str], run: _Run) -> Claim:
    written = value[:LONGEST_VALUE]
    return Claim(name, written, run.facts.authority, run.facts.name, method[name], run.now)


def _decide(company: Company, claim: Claim, place: str, run: _Run, done: Enriched) -> None:
    standing = enrichment.find_held(company.entity, claim.field) or _stand(company, claim.field)
    decision = decide(standing, claim, run.trust, run.now)
    done.count(decision)
    if decision.holds == claim:
        enrichment.hold(company.entity, claim, place)
    if decision.verdict == "conflict":
        is_new = enrichment.open_conflict(company.entity, company.name, decision, at=run.now)
        done.conflicts += is_new


def _stand(company: Company, name: str) -> Claim | None:
    """What the CRM holds. A record without a date is as old as can be."""
    if name not in company.fields or company.seen_at is None:
        return None
    return Claim(name, company.fields[name], "customer", CRM, "record", company.seen_at)


def _record(name: str, done: Enriched, now: datetime) -> None:
    told = {
        "asked": done.asked,
        "known": done.known,
        "conflicts": done.conflicts,
        **done.verdicts,
    }
    audit.record("enrichment.ran", f"provider:{name}", after=told, at=now)
