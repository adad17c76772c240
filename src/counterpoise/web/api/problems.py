"""Problem details (RFC 9457): how the API says that it did not do what it was asked.

Each says what was met, why that stops us and what to do. None carries a trace.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Any

from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.http import HttpResponse
from django.http.multipartparser import MultiPartParserError

from counterpoise.actions.calls import NotYoursToCall, PeriodClosed
from counterpoise.actions.collect import NothingToCollect
from counterpoise.actions.comments import HiddenSubject, InvalidComment
from counterpoise.actions.connections import UnknownKind
from counterpoise.actions.customers import InvalidDecision, NeverMatched
from counterpoise.actions.enrichment import InvalidValue, ProviderPaused
from counterpoise.actions.enrichment_providers import InvalidProvider
from counterpoise.actions.hooks import InvalidHook, NothingDelivered
from counterpoise.actions.notes import InvalidNote
from counterpoise.actions.outbox import TooMany
from counterpoise.actions.override_wishes import LockedFigure, UnexplainedOverride, UnknownCell
from counterpoise.actions.own_measures import EnginesDiffer
from counterpoise.actions.pushes import UnknownSource
from counterpoise.actions.rules import UnknownRule
from counterpoise.actions.scenarios import NeverRun, UnsolvedScenario
from counterpoise.actions.signing import UnknownVersion
from counterpoise.actions.uploads import NoRoom, NothingSent, TooLarge, UploadDecided
from counterpoise.actions.waterfalls import NothingYet
from counterpoise.connectors.alerts.sending import AlertNotSent, InvalidAlertAddress
from counterpoise.connectors.files.refusals import UnreadableFile
from counterpoise.connectors.sources.port import SourceRefused, SourceUnreachable
from counterpoise.connectors.sources.reach import OutOfReach
from counterpoise.connectors.sources.settings import InvalidSetting
from counterpoise.domain.collect.identity_merges import RefusedMerge, RefusedUndo
from counterpoise.domain.collect.identity_models import UnknownCustomer
from counterpoise.domain.collect.mapping_toml import InvalidMapping
from counterpoise.domain.collect.schedules import InvalidSchedule
from counterpoise.domain.collect.signatures import InvalidAgreement
from counterpoise.domain.demand.recurring_rules import NothingRecurring
from counterpoise.domain.execute import pushes
from counterpoise.domain.execute.push_table import UnreadableTable
from counterpoise.domain.execute.tracking import NoReason, NoSuchStep, NotTheirs
from counterpoise.domain.measure.own import InvalidMeasure
from counterpoise.domain.measure.waterfall import InvalidWindow, UnknownSplit
from counterpoise.domain.rulebook.rates import MissingRate
from counterpoise.domain.rulebook.rulebook import InvalidRule, MissingRule
from counterpoise.domain.tables.call import InvalidCall
from counterpoise.domain.tables.launch import InvalidLaunch, InvalidPhaseOut, NoAnalogue
from counterpoise.domain.tables.mark import InvalidMark
from counterpoise.domain.tables.override import InvalidOverride
from counterpoise.domain.tables.scenario import InvalidScenario
from counterpoise.domain.tables.team_tree import TeamsInACircle
from counterpoise.domain.values.period import UnknownPeriod
from counterpoise.domain.values.plain import to_plain
from counterpoise.store.action_states import EditionChanged
from counterpoise.store.alerts import AddressNameTaken, UnknownAddress
from counterpoise.store.audit import get_actor
from counterpoise.store.connections import ConnectionChanged, UnknownConnection
from counterpoise.store.connections import NameTaken as ConnectionNameTaken
from counterpoise.store.enrichment import (
    ProviderChanged,
    ProviderTaken,
    SettledAlready,
    UnknownConflict,
    UnknownProvider,
)
from counterpoise.store.hooks import HookChanged, HookNameTaken, UnknownHook
from counterpoise.store.identity import VerdictChanged
from counterpoise.store.jobs import UnknownJob
from counterpoise.store.kept_answers import KeyUsedOtherwise
from counterpoise.store.launches import DecidedAlready, DecisionWithdrawn, UnknownDecision
from counterpoise.store.ledger import NoBuild
from counterpoise.store.marks import MarkChanged, UnknownMark
from counterpoise.store.notes import UnknownNote, WithdrawnAlready
from counterpoise.store.outbox import PushChanged
from counterpoise.store.overrides import UnknownOverride
from counterpoise.store.own_measures import MeasureTaken, MeasureWithdrawn, UnknownDefinition
from counterpoise.store.runs import UnknownPlan
from counterpoise.store.scenarios import NameTaken, UnknownScenario
from counterpoise.store.uploads import QuotaReached, UnknownUpload
from counterpoise.warehouse.queries.guarded import SlowQuestion
from counterpoise.warehouse.queries.records import UnknownRows

MEDIA_TYPE = "application/problem+json"
TITLES = {
    400: ("malformed", "The request cannot be read"),
    401: ("no-token", "No valid token"),
    404: ("not-found", "There is nothing here"),
    405: ("wrong-method", "The address does not take this method"),
    409: ("conflict", "Things are no longer as the request takes them to be"),
    412: ("changed-since", "It has changed since it was read"),
    413: ("too-large", "The request is too large"),
    415: ("wrong-media-type", "The request is of the wrong kind"),
    422: ("refused", "The request was understood and refused"),
    428: ("no-edition", "The request does not say which edition it changes"),
    429: ("too-many-requests", "Too many requests"),
    507: ("no-room", "The disk has no room for it"),
    500: ("our-fault", "Something went wrong on our side"),
    503: ("busy", "The store does not answer just now"),
}
"""By status: the last part of `type`, and `title`."""
NOT_FOUND = (
    "There is nothing at this address for this token. Check the address, and what the token and"
    " its owner may see."
)


class Problem(Exception):
    """An answer of its own: it stops the request wherever it is raised."""

    def __init__(
        self,
        status: int,
        detail: str,
        *,
        headers: Mapping[str, str] | None = None,
        **more: Any,
    ) -> None:
        super().__init__(detail)
        self.status, self.detail = status, detail
        self.headers, self.more = dict(headers or {}), more

    def answer(self) -> HttpResponse:
        kind, title = TITLES[self.status]
        content = {
            "type": f"urn:counterpoise:problem:{kind}",
            "title": title,
            "status": self.status,
            "detail": self.detail,
            "instance": f"urn:counterpoise:request:{get_actor().request}",
            **self.more,
        }
        return HttpResponse(
            json.dumps(content, ensure_ascii=False),
            status=self.status,
            content_type=MEDIA_TYPE,
            headers=self.headers,
        )


REFUSALS: dict[type[Exception], int] = {
    UnknownHook: 404,
    NothingDelivered: 404,
    HookNameTaken: 409,
    HookChanged: 412,
    InvalidHook: 422,
    InvalidAgreement: 422,
    MultiPartParserError: 400,
    TooManyFilesSent: 400,
    TooManyFieldsSent: 400,
    RequestDataTooBig: 413,
    NoBuild: 404,
    UnknownJob: 404,
    UnknownPlan: 404,
    UnknownOverride: 404,
    UnknownDecision: 404,
    DecidedAlready: 409,
    DecisionWithdrawn: 409,
    InvalidLaunch: 422,
    InvalidPhaseOut: 422,
    NoAnalogue: 422,
    UnknownMark: 404,
    MarkChanged: 409,
    InvalidMark: 422,
    UnknownPeriod: 422,
    UnknownCell: 422,
    InvalidOverride: 422,
    UnexplainedOverride: 422,
    LockedFigure: 409,
    InvalidCall: 422,
    NotYoursToCall: 404,
    PeriodClosed: 409,
    InvalidRule: 422,
    MissingRule: 422,
    KeyUsedOtherwise: 422,
    UnknownUpload: 404,
    UploadDecided: 409,
    NothingSent: 422,
    NothingToCollect: 422,
    UnreadableFile: 422,
    InvalidMapping: 422,
    TooLarge: 413,
    QuotaReached: 429,
    NoRoom: 507,
    UnknownScenario: 404,
    NameTaken: 409,
    UnsolvedScenario: 409,
    InvalidScenario: 422,
    NeverRun: 404,
    HiddenSubject: 404,
    InvalidComment: 422,
    NotTheirs: 422,
    NoReason: 422,
    NoSuchStep: 409,
    UnknownSource: 422,
    UnreadableTable: 422,
    TooMany: 422,
    PushChanged: 409,
    pushes.NoSuchStep: 409,
    UnknownVersion: 404,
    UnknownNote: 404,
    InvalidNote: 422,
    WithdrawnAlready: 409,
    UnknownRule: 404,
    UnknownRows: 404,
    UnknownProvider: 404,
    InvalidProvider: 422,
    ProviderTaken: 409,
    ProviderChanged: 412,
    ProviderPaused: 409,
    UnknownConflict: 404,
    SettledAlready: 409,
    InvalidValue: 422,
    SlowQuestion: 422,
    NeverMatched: 404,
    UnknownCustomer: 404,
    InvalidDecision: 422,
    RefusedMerge: 409,
    RefusedUndo: 409,
    VerdictChanged: 412,
    InvalidWindow: 422,
    InvalidMeasure: 422,
    EnginesDiffer: 422,
    MeasureTaken: 409,
    MeasureWithdrawn: 409,
    UnknownDefinition: 404,
    UnknownSplit: 422,
    NothingYet: 422,
    MissingRate: 422,
    TeamsInACircle: 422,
    NothingRecurring: 404,
    UnknownConnection: 404,
    UnknownAddress: 404,
    AddressNameTaken: 409,
    InvalidAlertAddress: 422,
    AlertNotSent: 422,
    UnknownKind: 422,
    InvalidSetting: 422,
    InvalidSchedule: 422,
    ConnectionNameTaken: 409,
    ConnectionChanged: 412,
    OutOfReach: 422,
    SourceRefused: 422,
    SourceUnreachable: 422,
}
"""What our own exceptions mean to a program. Their words are for the reader, so they are kept."""
WAIT = {"Retry-After": "3600"}
"""A day's quota rolls on by the hour, as uploads of the day before drop out of it."""


def read_refusal(error: Exception) -> Problem | None:
    """The problem that an exception of ours stands for; None for any that nobody foresaw."""
    if isinstance(error, Problem):
        return error
    if isinstance(error, EditionChanged):
        return Problem(412, str(error), current=to_plain(error.now))
    for kind, status in REFUSALS.items():
        if isinstance(error, kind):
            detail = str(error.args[0]) if error.args else str(error)
            return Problem(status, detail, headers=WAIT if status == 429 else None)
    return None


def refuse_input(errors: Sequence[Mapping[str, Any]]) -> Problem:
    """One problem for every value that is not as documented."""
    listed = [{"pointer": _point(error["loc"]), "detail": str(error["msg"])} for error in errors]
    first = listed[0]
    return Problem(
        422,
        f"{len(listed)} of the values sent cannot be taken; the first is {first['pointer']}:"
        f" {first['detail']}. Nothing was changed. Correct them and send the request again.",
        errors=listed[:50],
    )


def _point(place: Sequence[str | int]) -> str:
    """`query/limit`, `body/changes/0/key`: without the name that our own code has for a body."""
    first, *rest = (str(part) for part in place)
    return "/".join([first, *(rest[1:] if first == "body" else rest)])
