"""The sales process counted in plain Python, one deal and one lead after the other.

Days are whole business days and never below 0. When a deal came to a stage counts as known where
the log recorded it; what a record's own dates told at its first load says only that the deal was
there by then. A stay is a deal's first in an open stage: until the next stage that the log names,
or until it was closed; where neither came by the day, it goes on.
"""

from collections import Counter
from collections.abc import Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import chain

from counterpoise.domain.measure.plain_flow import StageEntry, ToldStage, list_entries, tell_stages
from counterpoise.domain.measure.plain_known import Key, Knowledge, KnownDeal
from counterpoise.domain.measure.plain_places import Row, Tables
from counterpoise.domain.measure.process import (
    LEAD_SPLITS,
    At,
    Counts,
    Loss,
    Of,
    Reached,
    Scope,
    Spell,
)
from counterpoise.domain.measure.question import bucket_of
from counterpoise.domain.measure.settings import Settings

_Arrival = tuple[Of, date, str, At, str]
_Stay = tuple[str, str, str, int, bool]


def count_process(tables: Tables, scope: Scope, settings: Settings) -> Counts:
    counting = _Counting(tables, scope, settings)
    return Counts(
        reached=tuple(counting.count_reached()),
        spells=tuple(Spell(*stay, n) for stay, n in Counter(counting.list_stays()).items()),  # type: ignore[arg-type]
        losses=tuple(counting.count_losses()),
    )


class _Counting:
    def __init__(self, tables: Tables, scope: Scope, settings: Settings) -> None:
        self.scope = scope
        self.settings = settings
        self.knowledge = Knowledge(tables, scope.as_of, settings.zone, settings.rates)
        self.deals = self.knowledge.list_deals()
        self.entries: dict[Key, list[StageEntry]] = {}
        for entry in list_entries(self.knowledge, self.deals, settings):
            self.entries.setdefault(entry.deal.key, []).append(entry)
        self.leads = [row for row in tables.get("lead", ()) if self._is_known(row)]
        self.told = {deal.key: tell_stages(self.knowledge, deal) for deal in self.deals}

    def count_reached(self) -> Iterator[Reached]:
        groups: dict[_Arrival, list[int | None]] = {}
        for arrival, days in (*self._list_arrivals(), *self._list_lead_arrivals()):
            groups.setdefault(arrival, []).append(None if days is None else max(days, 0))
        for arrival, found in groups.items():
            timed = sorted(days for days in found if days is not None)
            doubled = timed[(len(timed) - 1) // 2] + timed[len(timed) // 2] if timed else None
            yield Reached(*arrival, len(found), len(timed), doubled)

    def _list_arrivals(self) -> Iterator[tuple[_Arrival, int | None]]:
        for deal in self.deals:
            if not self._is_in(deal.created_on):
                continue
            cohort, label = self._find_cohort(deal.created_on), self._label(deal)
            yield ("deal", cohort, label, "created", ""), 0
            if deal.closed_on:
                at: At = "won" if deal.status == "won" else "lost"
                yield ("deal", cohort, label, at, ""), (deal.closed_on - deal.created_on).days
            for entry in self.entries.get(deal.key, ()):
                came = (entry.entered_on - deal.created_on).days
                days = came if self._is_recorded(entry) else None
                yield ("deal", cohort, label, "stage", entry.stage), days

    def _list_lead_arrivals(self) -> Iterator[tuple[_Arrival, int | None]]:
        if self.scope.by not in LEAD_SPLITS:
            return
        for lead in self.leads:
            created_on = self.knowledge.day(lead["created_at"])
            if not self._is_in(created_on):
                continue
            cohort, label = self._find_cohort(created_on), self._label_lead(lead)
            yield ("lead", cohort, label, "created", ""), 0
            touched = lead.get("first_touch_at")
            if touched and touched >= lead["created_at"] and self._is_by_now(touched):
                days = (self.knowledge.day(touched) - created_on).days
                yield ("lead", cohort, label, "touched", ""), days
            if self._is_converted(lead):
                converted = lead.get("converted_at")
                after = (self.knowledge.day(converted) - created_on).days if converted else None
                yield ("lead", cohort, label, "converted", ""), after

    def list_stays(self) -> Iterator[_Stay]:
        for entry in chain.from_iterable(self.entries.values()):
            if self._is_in(entry.entered_on) and self._is_recorded(entry):
                left = self._find_leaving(entry)
                days = ((left or self.scope.as_of) - entry.entered_on).days
                if days >= 0:  # else it was closed before it came there
                    yield "stage", self._label(entry.deal), entry.stage, days, left is not None
        for deal in self.deals:
            days = ((deal.closed_on or self.scope.as_of) - deal.created_on).days
            yield "deal", "", "", days, deal.closed_on is not None
        for lead in self.leads:
            is_over, at = self._is_converted(lead), lead.get("converted_at")
            if is_over and at is None:
                continue
            until = self.knowledge.day(at) if is_over and at else self.scope.as_of
            days = (until - self.knowledge.day(lead["created_at"])).days
            yield "lead", "", "", max(days, 0), is_over

    def count_losses(self) -> Iterator[Loss]:
        groups: dict[tuple[str, str, str, str, str, str, Decimal], list[Decimal]] = {}
        for deal in self.deals:
            if deal.status == "lost" and deal.closed_on and self._is_in(deal.closed_on):
                key = (
                    self._label(deal),
                    deal.labels["rep"],
                    deal.labels["team"],
                    self._find_reason(deal),
                    self._find_last_open(deal, deal.closed_on),
                    deal.labels["stage"],
                    deal.rate,
                )
                groups.setdefault(key, []).append(deal.amount or Decimal(0))
        for key, amounts in groups.items():
            yield Loss(*key, sum(amounts, Decimal(0)), len(amounts))

    def _is_in(self, day: date) -> bool:
        return self.scope.start <= day < self.scope.end

    def _is_by_now(self, moment: datetime) -> bool:
        return self.knowledge.day(moment) <= self.scope.as_of

    def _is_known(self, lead: Row) -> bool:
        return self._is_by_now(lead["created_at"]) and self.knowledge.is_there(lead)

    def _is_converted(self, lead: Row) -> bool:
        at = lead.get("converted_at")
        known_at = at or lead.get("updated_at") or lead["created_at"]
        is_said = bool(at or lead.get("is_converted") or lead.get("opportunity_id"))
        return is_said and self._is_by_now(known_at)

    def _find_cohort(self, day: date) -> date:
        return bucket_of(self.scope.size, day).start

    def _label(self, deal: KnownDeal) -> str:
        return deal.labels[self.scope.by] if self.scope.by else ""

    def _label_lead(self, lead: Row) -> str:
        if not self.scope.by:
            return ""
        labels = self.knowledge.directory.place_rep(lead["source"], lead.get("owner_id"))
        labels["region"] = lead.get("region") or labels["region"]
        labels["source"] = lead.get("lead_source") or ""
        return labels[self.scope.by]

    def _is_recorded(self, entry: StageEntry) -> bool:
        return any(
            each.is_recorded
            for each in self.told[entry.deal.key]
            if (each.stage, each.at) == (entry.stage, entry.entered_at)
        )

    def _find_leaving(self, entry: StageEntry) -> date | None:
        """Of several stages at one moment the last by the changes' ids is where the deal went."""
        last: dict[datetime, ToldStage] = {}
        for each in sorted(self.told[entry.deal.key], key=lambda told: (told.at, told.change)):
            last[each.at] = each
        later = [
            self.knowledge.day(at)
            for at, each in last.items()
            if at >= entry.entered_at and each.stage != entry.stage
        ]
        closed = [entry.deal.closed_on] if entry.deal.closed_on else []
        return min([*later, *closed], default=None)

    def _find_last_open(self, deal: KnownDeal, closed_on: date) -> str:
        told = [
            each
            for each in self.told[deal.key]
            if self.settings.is_open(each.stage) and self.knowledge.day(each.at) <= closed_on
        ]
        return max(told, key=lambda each: (each.at, each.change)).stage if told else ""

    def _find_reason(self, deal: KnownDeal) -> str:
        record = self.knowledge.get_record(deal.key)
        if self.knowledge.is_present:
            return record.get("lost_reason") or ""
        return self.knowledge.value_on(record, "lost_reason", self.scope.as_of, is_settled=True)
