"""What pages stand on: the build that readers see now, and how it was judged."""

from dataclasses import dataclass
from functools import lru_cache

from django.http import Http404, HttpRequest

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


def get_judged() -> tuple[Standing, Examined]:
    """Raises Http404 where nothing was judged yet: then there is nothing to look behind."""
    standing = find_standing()
    if standing is None or standing.examined is None:
        raise Http404
    return standing, standing.examined


def get_all_seeing(request: HttpRequest) -> Visitor:
    """A visitor whose reach is everyone. Raises Http404 for others."""
    visitor = access.get_visitor(request)
    if visitor.reach != "everyone":
        raise Http404
    return visitor


def sees_rep(visitor: Visitor, rep: str, teams: dict[str, frozenset[str]]) -> bool:
    """Someone who is in several teams is seen by whoever sees them all."""
    return all(visitor.sees_person(rep, team) for team in teams.get(rep) or {""})


def find_teams(standing: Standing) -> dict[str, frozenset[str]]:
    return evidence.list_teams(get_workspace(), standing.build.id)


def get_quarantined(standing: Standing) -> tuple[Quarantined, ...]:
    return _load_quarantined(get_workspace(), standing.build.id)


@lru_cache(maxsize=4)
def _load_quarantined(workspace: Workspace, build: str) -> tuple[Quarantined, ...]:
    """A build names the loads before it, so what they left aside does not change either."""
    assert build
    return list_quarantine(workspace)
