"""Every table of the store, where Django looks for them.

Rows are reached through the functions of this package, never through `.objects` elsewhere.
"""

from counterpoise.store.records.loads import Batch, Build, Examination, LandedFile, Upload
from counterpoise.store.records.people import (
    Invitation,
    KeptAnswer,
    RateWindow,
    SharedNote,
    Token,
    User,
)
from counterpoise.store.records.plans import (
    ActionState,
    CycleRun,
    ForecastOverride,
    FrozenPlan,
    Note,
    PlanScenario,
    PlanVersion,
    Signature,
)
from counterpoise.store.records.rules import RuleEntry
from counterpoise.store.records.teamwork import AuditEntry, AuditHead, Comment, InboxItem, Job

__all__ = [
    "ActionState",
    "AuditEntry",
    "AuditHead",
    "Batch",
    "Build",
    "Comment",
    "CycleRun",
    "Examination",
    "ForecastOverride",
    "FrozenPlan",
    "InboxItem",
    "Invitation",
    "Job",
    "KeptAnswer",
    "LandedFile",
    "Note",
    "PlanScenario",
    "PlanVersion",
    "RateWindow",
    "RuleEntry",
    "SharedNote",
    "Signature",
    "Token",
    "Upload",
    "User",
]
