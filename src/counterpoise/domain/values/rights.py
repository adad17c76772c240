"""Who may do what: the roles of a sales organisation, and the rights that each of them carries.

A right opens a kind of page or change. Which records it reaches is the person's scope: everyone's,
their teams', or their own. Both are decided here and nowhere else.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal, get_args

Role = Literal[
    "administrator",
    "operations",
    "leader",
    "rep",
    "finance",
    "marketing",
    "executive",
    "viewer",
]
Right = Literal[
    "read_plan",
    "read_data",
    "read_people_records",
    "read_reports",
    "load_data",
    "run_cycle",
    "override",
    "lock_forecast",
    "submit_calls",
    "edit_rules",
    "edit_scenarios",
    "freeze_plan",
    "keep_minutes",
    "sign_plan",
    "work_actions",
    "assign_actions",
    "push_changes",
    "comment",
    "manage_people",
    "read_audit",
]
Reach = Literal["everyone", "teams", "own", "nobody"]

ROLES: tuple[Role, ...] = get_args(Role)
RIGHTS: tuple[Right, ...] = get_args(Right)

_READER: frozenset[Right] = frozenset({"read_plan", "read_data", "comment"})
_PLANNER: frozenset[Right] = _READER | {"override", "work_actions"}
_APPROVER: frozenset[Right] = frozenset(
    {"read_people_records", "read_reports", "keep_minutes", "sign_plan", "read_audit"}
)
RIGHTS_OF: dict[Role, frozenset[Right]] = {
    "administrator": frozenset(RIGHTS) - {"sign_plan", "submit_calls"},
    "operations": frozenset(RIGHTS) - {"sign_plan", "submit_calls", "manage_people"},
    "leader": _PLANNER | {"lock_forecast", "read_people_records", "assign_actions", "submit_calls"},
    "rep": frozenset({"read_people_records", "work_actions", "comment", "submit_calls"}),
    "finance": _PLANNER | _APPROVER | {"lock_forecast"},
    "marketing": _PLANNER,
    "executive": _READER
    | {"read_people_records", "read_reports", "keep_minutes", "sign_plan", "read_audit"},
    "viewer": frozenset({"read_plan", "read_data"}),
}
"""read_data: company-wide health and measures. read_people_records: rows and figures of single
people, as far as the reach goes. read_reports: a run's report and workbook, which name everybody.
push_changes: what goes out to other systems, whoever it is about.
submit_calls: to say what oneself or one's own people will bring.
Who runs the system does not sign for the business, and does not call for those who sell."""
REACH_OF: dict[Role, Reach] = {
    "administrator": "everyone",
    "operations": "everyone",
    "leader": "teams",
    "rep": "own",
    "finance": "everyone",
    "marketing": "nobody",
    "executive": "everyone",
    "viewer": "nobody",
}


@dataclass(frozen=True, slots=True)
class Visitor:
    """Someone who is signed in. teams and rep are names of the warehouse, as the data spells them.

    `rights` are those of the role, narrowed where a token was given fewer.
    """

    id: int
    name: str
    role: Role
    rights: frozenset[Right]
    teams: frozenset[str] = frozenset()
    rep: str = ""

    def may(self, right: Right) -> bool:
        return right in self.rights

    @property
    def reach(self) -> Reach:
        return REACH_OF[self.role] if self.may("read_people_records") else "nobody"

    def sees_person(self, rep: str, team: str) -> bool:
        """Whether the records of a rep, who is in a team, are for this visitor's eyes."""
        match self.reach:
            case "everyone":
                return True
            case "teams":
                return bool(team) and team in self.teams
            case "own":
                return bool(rep) and rep == self.rep
        return False

    def may_call_for(self, rep: str, teams: frozenset[str]) -> bool:
        """Whether this visitor may say what a rep, who is in these teams, will bring; with an empty
        rep what a whole team will. One's own, or that of people whom one leads, and nobody else's.
        """
        if not self.may("submit_calls"):
            return False
        if rep and rep == self.rep:
            return True
        return self.reach == "teams" and bool(teams) and teams <= self.teams


def admit(
    person: int,
    name: str,
    role: Role,
    *,
    teams: Iterable[str] = (),
    rep: str = "",
    only: frozenset[Right] | None = None,
) -> Visitor:
    """`only` narrows the role's rights, as the scopes of a token do; it never widens them."""
    rights = RIGHTS_OF[role] if only is None else RIGHTS_OF[role] & only
    return Visitor(person, name, role, rights, frozenset(teams), rep)
