"""What pages stand on: the build that readers see now, and how it was judged."""

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache, wraps

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect

from counterpoise.actions import evidence, kept
from counterpoise.actions.kept import Examined
from counterpoise.actions.quarantine import list_quarantine
from counterpoise.actions.workspaces import Workspace
from counterpoise.domain.tables.received import Quarantined
from counterpoise.domain.values.rights import Visitor
from counterpoise.store import ledger
from counterpoise.store.ledger import PublishedBuild
from counterpoise.web import access
from counterpoise.web.workplace import get_workspace

View = Callable[..., HttpResponse]
JudgedView = Callable[..., HttpResponse]
"""Takes the standing and what was found in it, after the request."""


@dataclass(frozen=True, slots=True)
class Standing:
    """examined: None until someone has judged the build."""

    build: PublishedBuild
    examined: Examined | None

    @property
    def currency(self) -> str:
        """What amounts are reported in, as the measures say it."""
        measures = self.examined.measures if self.examined else ()
        units = [each.unit for each in measures if each.name == "won_revenue"]
        return units[0] if units and units[0] != "currency" else ""


def find_standing() -> Standing | None:
    """None before the first load."""
    build = ledger.find_current_build()
    return None if build is None else Standing(build, kept.find_examined(build.id))


def needs_judged(*overviews: str) -> Callable[[JudgedView], View]:
    """A view of judged data; hidden before the first load.

    Where the newest data waits to be judged there is nothing to look behind yet, so the reader is
    led to the first of the overviews that they may open: it says that.
    """

    def decorate(view: JudgedView) -> View:
        @wraps(view)
        def answer(request: HttpRequest, **named: str) -> HttpResponse:
            standing = find_standing()
            if standing is None:
                raise Http404
            if standing.examined is None:
                visitor = access.get_visitor(request)
                return redirect(next(each for each in overviews if access.may_open(visitor, each)))
            return view(request, standing, standing.examined, **named)

        return answer

    return decorate


def get_all_seeing(request: HttpRequest) -> Visitor:
    """A visitor whose reach is everyone. Raises Http404 for others."""
    visitor = access.get_visitor(request)
    if visitor.reach != "everyone":
        raise Http404
    return visitor


def sees_rep(visitor: Visitor, rep: str, teams: dict[str, frozenset[str]]) -> bool:
    """Someone who is in several teams is seen by whoever sees them all."""
    return all(visitor.sees_person(rep, team) for team in teams.get(rep) or {""})


def sees_part(visitor: Visitor, by: str, label: str, teams: dict[str, frozenset[str]]) -> bool:
    """Figures of a rep or a team are for those whose reach they are in; of other parts for all."""
    if by == "rep":
        return visitor.reach == "everyone" or (bool(label) and sees_rep(visitor, label, teams))
    return by != "team" or visitor.sees_person("", label)


def find_teams(standing: Standing) -> dict[str, frozenset[str]]:
    return evidence.list_teams(get_workspace(), standing.build.id)


def get_quarantined(standing: Standing) -> tuple[Quarantined, ...]:
    return _load_quarantined(get_workspace(), standing.build.id)


@lru_cache(maxsize=4)
def _load_quarantined(workspace: Workspace, build: str) -> tuple[Quarantined, ...]:
    """A build names the loads before it, so what they left aside does not change either."""
    assert build
    return list_quarantine(workspace)
