"""Which rows about single people an answer may hold: those that the token's owner may see."""

from collections.abc import Mapping, Sequence
from itertools import chain
from typing import Any

from counterpoise.actions import evidence
from counterpoise.domain.values.rights import Visitor
from counterpoise.web.collect.standing import sees_rep
from counterpoise.web.workplace import get_workspace

Row = Mapping[str, Any]
Teams = dict[str, frozenset[str]]


def find_teams(visitor: Visitor, build: str) -> Teams:
    """Who is in which teams, by a build; asked only where the answer depends on it."""
    return evidence.list_teams(get_workspace(), build) if visitor.reach == "teams" else {}


def select_findings(visitor: Visitor, findings: Sequence[Row], build: str) -> list[Row]:
    """Findings about everybody's rows together are for everyone; a rep's are for who sees them."""
    teams = find_teams(visitor, build)
    seen = [each for each in findings if not each["rep"] or sees_rep(visitor, each["rep"], teams)]
    return [each if each["rep"] else _hide_examples(visitor, each) for each in seen]


def select_measures(visitor: Visitor, measures: Sequence[Row], build: str) -> list[Row]:
    teams = find_teams(visitor, build)
    return [each for each in measures if _sees_members(visitor, each["by"], teams)]


def narrow_document(visitor: Visitor, document: Mapping[str, Any]) -> dict[str, Any]:
    """What a cycle found, without the rows of people whom the visitor does not see."""
    collect, build = document["collect"], document["build"]
    health, measure = collect["health"], document["measure"]
    findings = select_findings(visitor, health["findings"], build)
    measures = select_measures(visitor, measure["measures"], build)
    return {
        **document,
        "collect": {**collect, "health": {**health, "findings": findings}},
        "measure": {**measure, "measures": measures},
    }


def _hide_examples(visitor: Visitor, finding: Row) -> Row:
    """The examples are of anybody's rows, so they are for those who see everyone."""
    examples = finding.get("examples", ())
    if visitor.reach == "everyone" or not examples:
        return finding
    fix = finding["fix"]
    for each in sorted(map(str, chain.from_iterable(e.values() for e in examples)), key=len)[::-1]:
        fix = fix.replace(each, "…") if each else fix
    return {**finding, "examples": [], "fix": fix}


def _sees_members(visitor: Visitor, by: Mapping[str, str], teams: Teams) -> bool:
    if "rep" in by:
        return sees_rep(visitor, by["rep"], teams)
    if "hire_quarter" in by:  # a quarter may have hired one person only
        return visitor.reach == "everyone"
    return "team" not in by or visitor.reach == "everyone" or by["team"] in visitor.teams
