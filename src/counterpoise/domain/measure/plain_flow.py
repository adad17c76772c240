"""Deals on their way: which stages they entered and left, and which slipped out of a period."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal

from counterpoise.domain.measure.plain_known import Knowledge, KnownDeal, to_date, to_money
from counterpoise.domain.measure.plain_places import Row
from counterpoise.domain.measure.question import bucket_of
from counterpoise.domain.measure.settings import Settings
from counterpoise.domain.values.period import Period


@dataclass(frozen=True, slots=True)
class ToldStage:
    """A stage that the log names. is_recorded: it says when the deal came there, where a record's
    own dates only say that it was there by then. change: the change's id, '' for the stage that
    the log begins with."""

    at: datetime
    change: str
    stage: str
    is_recorded: bool


@dataclass(frozen=True, slots=True)
class StageEntry:
    """A deal's first entry into an open stage; got_on: it later reached another, or was won."""

    deal: KnownDeal
    stage: str
    entered_at: datetime
    entered_on: date
    got_on: bool
    labels: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class DueDeal:
    """A deal that was due in `bucket` on the evening before it; worth is as known then."""

    bucket: Period
    worth: Decimal
    has_slipped: bool
    labels: Mapping[str, str]


def list_entries(
    knowledge: Knowledge, deals: list[KnownDeal], settings: Settings
) -> Iterator[StageEntry]:
    for deal in deals:
        first = _find_first_entries(knowledge, deal)
        opened = {stage: moment for stage, moment in first.items() if settings.is_open(stage)}
        for stage, moment in opened.items():
            yield StageEntry(
                deal=deal,
                stage=stage,
                entered_at=moment,
                entered_on=knowledge.day(moment),
                got_on=deal.status == "won" or moment < max(opened.values()),
                labels={**deal.labels, "stage": stage},
            )


def is_unrecorded(origin: str, stage: str) -> bool:
    """Whether it stands for a first stage that nobody recorded (see domain/collect/changes)."""
    return origin == "dates" and stage == "created"


def _find_first_entries(knowledge: Knowledge, deal: KnownDeal) -> dict[str, datetime]:
    first: dict[str, datetime] = {}
    for told in tell_stages(knowledge, deal):
        first[told.stage] = min(first.get(told.stage, told.at), told.at)
    return first


def tell_stages(knowledge: Knowledge, deal: KnownDeal) -> list[ToldStage]:
    """Every stage that the log names by the day, in order. Where it begins with a stage the deal
    left, that one was entered when the record was created, or at the log's beginning at the latest.
    (Of several changes at the beginning each must name a stage; the first by name counts.)"""
    changes = knowledge.changes.get((deal.key, "stage"), [])
    told = [row for row in changes if knowledge.day(row["changed_at"]) <= knowledge.as_of]
    found = []
    at_first = [row for row in changes if row["changed_at"] == changes[0]["changed_at"]]
    if begins_with := min((row.get("value_before") or "" for row in at_first), default=""):
        begun = changes[0]["changed_at"]
        created = knowledge.get_record(deal.key).get("created_at")
        entered = min(begun, created) if created else begun
        if knowledge.day(entered) <= knowledge.as_of:
            found.append(ToldStage(entered, "", begins_with, is_recorded=True))
    for row in told:
        stage = row.get("value_after")
        if stage and not is_unrecorded(row["origin"], stage):
            is_recorded = row["origin"] != "dates"
            found.append(ToldStage(row["changed_at"], row["source_id"], stage, is_recorded))
    return found


def list_due(
    knowledge: Knowledge, deals: list[KnownDeal], period: Period | None, size: str
) -> Iterator[DueDeal]:
    """size: month or quarter; '' for the period as one. Only what is over by the as-of day."""
    for deal in deals:
        for bucket in _find_buckets(knowledge, deal, period, size):
            if (due := _find_due(knowledge, deal, bucket)) is not None:
                yield due


def _find_buckets(
    knowledge: Knowledge, deal: KnownDeal, period: Period | None, size: str
) -> Iterator[Period]:
    if period and not size:
        candidates = {period}
    else:
        named = [to_date(each) for each in _list_expectations(knowledge, deal)]
        candidates = {bucket_of(size or "month", day) for day in named if day}
    for bucket in sorted(candidates):
        is_over = bucket.end.toordinal() <= knowledge.as_of.toordinal() + 1
        if is_over and (period is None or period.contains(bucket.start)):
            yield bucket


def _list_expectations(knowledge: Knowledge, deal: KnownDeal) -> list[str]:
    """Every closing day that was ever expected of the deal."""
    record = knowledge.get_record(deal.key).get("expected_close_on")
    changes = knowledge.changes.get((deal.key, "expected_close_on"), [])
    names = ("value_before", "value_after")
    logged = [str(row[name]) for row in changes for name in names if row.get(name)]
    return [*logged, *([str(record)] if record else [])]


def _find_due(knowledge: Knowledge, deal: KnownDeal, bucket: Period) -> DueDeal | None:
    eve = date.fromordinal(bucket.start.toordinal() - 1)
    is_over = deal.closed_on is not None and deal.closed_on <= eve
    if deal.created_on > eve or is_over:
        return None
    record = knowledge.get_record(deal.key)
    expected = to_date(_value_on(knowledge, record, "expected_close_on", eve))
    amount = to_money(_value_on(knowledge, record, "amount", eve))
    if expected is None or not bucket.contains(expected) or amount is None:
        return None
    return DueDeal(
        bucket=bucket,
        worth=amount * deal.rate,
        has_slipped=deal.closed_on is None or not bucket.contains(deal.closed_on),
        labels=deal.labels,
    )


def _value_on(knowledge: Knowledge, record: Row, attribute: str, day: date) -> str:
    key = (record["source"], record["source_id"])
    is_logged = knowledge.logs(key, attribute)
    return knowledge.value_on(record, attribute, day, is_settled=is_logged)
