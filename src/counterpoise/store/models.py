"""Every table of the store, where Django looks for them.

Rows are reached through the functions of this package, never through `.objects` elsewhere.
"""

from counterpoise.store.records.connections import (
    AlertAddress,
    AlertTold,
    Connection,
    ConnectionFile,
    ConnectionObject,
    Refresh,
)
from counterpoise.store.records.enrichment import (
    EnrichedField,
    EnrichmentAsk,
    EnrichmentConflict,
    EnrichmentProvider,
    EnrichmentSpend,
)
from counterpoise.store.records.hooks import Delivery, Hook, HookRecord, HookRefusal
from counterpoise.store.records.identity import (
    IdentityMerge,
    IdentityRun,
    IdentityValue,
    IdentityVerdict,
)
from counterpoise.store.records.loads import Batch, Build, Examination, LandedFile, Upload
from counterpoise.store.records.outbox import OutboxEntry, OutboxLine, OutboxStep
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
    ForecastCall,
    ForecastOverride,
    FrozenPlan,
    Note,
    PlanScenario,
    PlanVersion,
    ProductDecision,
    Signature,
)
from counterpoise.store.records.rules import MeasureDefinition, RuleEntry
from counterpoise.store.records.series import PeriodMark, RangePublication
from counterpoise.store.records.teamwork import AuditEntry, AuditHead, Comment, InboxItem, Job

__all__ = [
    "ActionState",
    "AlertAddress",
    "AlertTold",
    "AuditEntry",
    "AuditHead",
    "Batch",
    "Build",
    "Comment",
    "Connection",
    "ConnectionFile",
    "ConnectionObject",
    "CycleRun",
    "Delivery",
    "EnrichedField",
    "EnrichmentAsk",
    "EnrichmentConflict",
    "EnrichmentProvider",
    "EnrichmentSpend",
    "Examination",
    "ForecastCall",
    "ForecastOverride",
    "FrozenPlan",
    "Hook",
    "HookRecord",
    "HookRefusal",
    "IdentityMerge",
    "IdentityRun",
    "IdentityValue",
    "IdentityVerdict",
    "InboxItem",
    "Invitation",
    "Job",
    "KeptAnswer",
    "LandedFile",
    "MeasureDefinition",
    "Note",
    "OutboxEntry",
    "OutboxLine",
    "OutboxStep",
    "PeriodMark",
    "PlanScenario",
    "PlanVersion",
    "ProductDecision",
    "RangePublication",
    "RateWindow",
    "Refresh",
    "RuleEntry",
    "SharedNote",
    "Signature",
    "Token",
    "Upload",
    "User",
]
