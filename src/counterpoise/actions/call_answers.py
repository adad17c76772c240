"""Calls in the documented form, the same for commands and the API."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from typing import Any

from counterpoise.actions.call_record import Agreed
from counterpoise.actions.calls import CalledPeriod
from counterpoise.domain.demand.calls import SellerLine, TeamLine, note_foreign
from counterpoise.domain.measure.submitter_bias import describe_bias
from counterpoise.domain.tables.call import Call, Category, Every, SubmitterBias
from counterpoise.domain.tables.override import ValueAdded
from counterpoise.domain.values.plain import to_plain

Answer = dict[str, Any]


def answer_call(call: Call) -> Answer:
    return {
        "id": call.id,
        "period": str(call.period),
        "scope": call.scope,
        "name": call.name,
        "voice": call.voice,
        "commit": to_plain(call.commit),
        "best_case": to_plain(call.best_case),
        "pipeline": to_plain(call.pipeline),
        "comment": call.comment,
        "author": call.author,
        "made_at": to_plain(call.made_at),
        "as_of": to_plain(call.as_of),
        "won": to_plain(call.won),
        "currency": call.currency,
    }


def answer_called(called: CalledPeriod) -> Answer:
    """Sellers add up to their teams, and these to the total, to the cent."""
    found = called.rolled
    return {
        "period": str(found.period),
        "as_of": to_plain(found.as_of),
        "currency": found.currency,
        "expected_on": to_plain(called.expected_on),
        "total": _answer_team(found.total),
        "teams": [
            {"team": each.team, "above": each.above, "level": each.level, **_answer_team(each)}
            for each in found.teams
        ],
        "sellers": [_answer_seller(each) for each in found.sellers],
        "missing": list(found.missing),
        "left_out": found.left_out,
        "notes": [] if (note := note_foreign(found)) is None else [str(note)],
        "history": [answer_call(each) for each in called.history],
    }


def answer_biases(
    found: Iterable[SubmitterBias], managers: Iterable[tuple[Every, ValueAdded]]
) -> Answer:
    return {
        "managers": [
            {
                "manager": each.name,
                "every": every,
                "n": each.n,
                "beneath_error": to_plain(each.statistical_error),
                "manager_error": to_plain(each.override_error),
                "added": to_plain(each.added),
                "low": to_plain(each.low),
                "high": to_plain(each.high),
                "verdict": each.verdict,
                "refusal": None if each.refusal is None else str(each.refusal),
            }
            for every, each in managers
        ],
        "submitters": [
            {
                "submitter": each.submitter,
                "voice": each.voice,
                "every": each.every,
                "n": each.n,
                "high": to_plain(each.high),
                "from_high": to_plain(each.from_high),
                "to_high": to_plain(each.to_high),
                "said": str(describe_bias(each)),
                "is_refused": each.refusal is not None,
            }
            for each in found
        ],
    }


def answer_consensus(agreed: Agreed) -> Answer:
    """The contributions add up to the consensus, to the cent."""
    found = agreed.consensus
    return {
        "period": str(found.period),
        "as_of": to_plain(agreed.as_of),
        "currency": found.currency,
        "consensus": to_plain(found.amount),
        "came": to_plain(agreed.came),
        "finished_periods": found.periods,
        "sources": [to_plain(each) for each in found.sources],
        "notes": to_plain(found.notes),
    }


def _answer_team(line: TeamLine) -> Answer:
    return {
        "won": to_plain(line.won),
        "open": _answer_open(line.open),
        "commit": to_plain(line.commit),
        "best_case": to_plain(line.best_case),
        "callers": line.callers,
        "sellers": line.sellers,
        "manager": None if line.manager is None else answer_call(line.manager),
        "target": to_plain(line.target),
        "gap": to_plain(line.gap),
        "beneath": to_plain(line.beneath),
        "judgement": to_plain(line.judgement),
        "missing": list(line.missing),
        "expected": _answer_expected(line),
    }


def _answer_seller(line: SellerLine) -> Answer:
    return {
        "rep": line.rep,
        "team": line.team,
        "won": to_plain(line.won),
        "open": _answer_open(line.open),
        "own": None if line.own is None else answer_call(line.own),
        "manager": None if line.manager is None else answer_call(line.manager),
        "target": to_plain(line.target),
        "gap": to_plain(line.gap),
        "is_missing": line.is_missing,
        "expected": _answer_expected(line),
    }


def _answer_expected(line: TeamLine | SellerLine) -> Answer | None:
    if (found := line.expected) is None:
        return None
    return {
        "mean": to_plain(found.mean),
        "low": to_plain(found.low),
        "high": to_plain(found.high),
        "closed_deals": found.closed,
        "call": line.place,
    }


def _answer_open(money: Mapping[Category, Decimal]) -> Answer:
    return {category: to_plain(amount) for category, amount in money.items()}
