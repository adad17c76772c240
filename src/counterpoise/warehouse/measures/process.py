"""The sales process of a build as counts; the rules are those of domain/measure/plain_process."""

from functools import cached_property
from pathlib import Path
from typing import Any

import ibis
import ibis.expr.types as ir
from ibis.backends.sql import SQLBackend

from counterpoise.domain.collect.folding import fold
from counterpoise.domain.measure.process import (
    LEAD_SPLITS,
    Counts,
    Loss,
    Process,
    Reached,
    Scope,
    Spell,
    read_process_rules,
)
from counterpoise.domain.measure.process_figures import judge_process
from counterpoise.domain.measure.question import Question
from counterpoise.domain.measure.settings import build_settings
from counterpoise.domain.rulebook.rulebook import Rulebook
from counterpoise.warehouse.engine import open_build
from counterpoise.warehouse.measures import flow, people, running
from counterpoise.warehouse.measures.days import first_of_months, month_number, number_of
from counterpoise.warehouse.measures.facts import find_facts, list_currencies
from counterpoise.warehouse.measures.known import KnownDeals, tell_value
from counterpoise.warehouse.measures.rates import check_rates, get_rate_of

_MEASURE = "pipeline_created"  # whose amounts are those known on the day
_MONEY = "decimal(38, 4)"
_NEVER = 2**40


def compute_process(folder: Path, scope: Scope, *, rulebook: Rulebook) -> Process:
    """Of the build in `folder`. Raises MissingRate."""
    with open_build(folder) as build:
        build.con.execute("SET preserve_insertion_order = false")
        counting = Counting(build, scope, rulebook)
        rules = read_process_rules(rulebook, scope.as_of, fold)
        return judge_process(scope, counting.count(), rules, counting.settings)


class Counting:
    """The counts of one scope over one build."""

    def __init__(self, backend: SQLBackend, scope: Scope, rulebook: Rulebook) -> None:
        self.backend = backend
        self.scope = scope
        facts = find_facts(backend, rulebook.get_text("company.time_zone", scope.as_of))
        self.settings = build_settings(
            rulebook, scope.as_of, currencies=list_currencies(backend), fold=fold
        )
        places = tuple(dict.fromkeys(filter(None, ("rep", "team", "stage", scope.by))))
        self.known = KnownDeals(backend, self.settings, facts, Question((_MEASURE,), places))
        check_rates(backend, self.deals, self.settings.rates)

    def count(self) -> Counts:
        return Counts(
            reached=tuple(self._read_reached(row) for row in self._fetch(self._list_reached())),
            spells=tuple(
                Spell(**{**row, "is_over": bool(row["is_over"])})
                for row in self._fetch(self._list_spells())
            ),
            losses=tuple(self._read_loss(row) for row in self._fetch(self._list_losses())),
        )

    def _fetch(self, rows: ir.Table) -> list[dict[str, Any]]:
        return running.fetch(self.backend, rows)

    @cached_property
    def deals(self) -> ir.Table:
        """Deals as known on the day, with their label."""
        return self._label(self.known.table)

    @cached_property
    def told(self) -> ir.Table:
        return running.keep(self.backend, flow.tell_stages(self.known))

    @cached_property
    def entries(self) -> ir.Table:
        """First entries into open stages: deal, stage, micros, day, and the deal's own columns."""
        entries = self._label(flow.list_entries(self.known, self.told))
        told = self.told.filter(self.told.is_recorded == 1)
        recorded = told.select("deal", "stage", "micros", sure=told.is_recorded).distinct()
        joined = entries.left_join(recorded, ["deal", "stage", "micros"])
        joined = joined.mutate(is_recorded=joined.sure.notnull())
        return running.keep(
            self.backend,
            joined.select(
                "deal", "label", "stage", "micros", "day", "created", "closed", "is_recorded"
            ),
        )

    @cached_property
    def leads(self) -> ir.Table:
        """day, label, touched and converted (days after it came in; empty where it did not, or
        where nobody knows when), is_touched, is_converted."""
        leads = people.list_leads(self.known)
        is_told = self.scope.by in LEAD_SPLITS
        leads = self._label(leads) if is_told else leads.mutate(label=ibis.literal(""))
        day = self.known.days.day
        converted = ibis.greatest(day(leads.converted_at) - leads.day, 0)
        return running.keep(
            self.backend,
            leads.select(
                "day",
                "label",
                is_touched=leads.waited.notnull(),
                touched=ibis.greatest(day(leads.touched) - leads.day, 0),
                is_converted=leads.converted == 1,
                converted=leads.converted_at.notnull().ifelse(converted, ibis.null("int64")),
            ),
        )

    def _label(self, rows: ir.Table) -> ir.Table:
        by = self.scope.by
        return rows.mutate(label=rows[by] if by else ibis.literal(""))

    def _is_in(self, day: ir.IntegerValue) -> ir.BooleanValue:
        return (day >= number_of(self.scope.start)) & (day < number_of(self.scope.end))

    def _list_reached(self) -> ir.Table:
        """of, months, label, at, stage, n, timed, median."""
        deals = self.deals.filter(self._is_in(self.deals.created))
        entries = self.entries.filter(self._is_in(self.entries.created))
        came = ibis.greatest(entries.day - entries.created, 0)
        known = entries.is_recorded.ifelse(came, ibis.null("int64"))
        won, lost = (deals.filter(deals.status == each) for each in ("won", "lost"))
        steps = [
            _arrive(deals, "deal", deals.created, "created", _zero()),
            _arrive(entries, "deal", entries.created, "stage", known, stage=entries.stage),
            _arrive(won, "deal", won.created, "won", won.closed - won.created),
            _arrive(lost, "deal", lost.created, "lost", lost.closed - lost.created),
        ]
        if self.scope.by in LEAD_SPLITS:
            leads = self.leads.filter(self._is_in(self.leads.day))
            touched, converted = leads.filter(leads.is_touched), leads.filter(leads.is_converted)
            steps += [
                _arrive(leads, "lead", leads.day, "created", _zero()),
                _arrive(touched, "lead", touched.day, "touched", touched.touched),
                _arrive(converted, "lead", converted.day, "converted", converted.converted),
            ]
        rows = ibis.union(*steps)
        months = month_number(self.backend, rows.day)
        rows = rows.mutate(months=months - months % self.scope.months)
        return rows.group_by("of", "months", "label", "at", "stage").agg(
            n=rows.count(), timed=rows.days.count(), median=rows.days.median()
        )

    def _read_reached(self, row: dict[str, Any]) -> Reached:
        cohort, median = first_of_months(row.pop("months")), row.pop("median")
        doubled = None if median is None else round(2 * median)
        return Reached(cohort=cohort, doubled=doubled, **row)

    def _list_spells(self) -> ir.Table:
        """of, label, stage, days, is_over, n."""
        as_of = self.known.as_of
        deals, leads = self.deals, self.leads
        leads = leads.filter(~leads.is_converted | leads.converted.notnull())
        lives = deals.select(
            of=ibis.literal("deal"),
            label=ibis.literal(""),
            stage=ibis.literal(""),
            days=deals.closed.fill_null(as_of) - deals.created,
            is_over=deals.closed.notnull().ifelse(1, 0),
        )
        waits = leads.select(
            of=ibis.literal("lead"),
            label=ibis.literal(""),
            stage=ibis.literal(""),
            days=leads.is_converted.ifelse(leads.converted, as_of - leads.day),
            is_over=leads.is_converted.ifelse(1, 0),
        )
        rows = ibis.union(self._list_stays(), lives, waits)
        return rows.group_by("of", "label", "stage", "days", "is_over").agg(n=rows.count())

    def _list_stays(self) -> ir.Table:
        entries = self.entries.filter(self._is_in(self.entries.day) & self.entries.is_recorded)
        told = self.told
        moments = told.group_by("deal", "micros").agg(then=told.stage.argmax(told.change))
        moments = moments.select("deal", "then", at="micros")
        pairs = entries.join(moments, "deal")
        pairs = pairs.filter((pairs["at"] >= pairs.micros) & (pairs.then != pairs.stage))
        left = pairs.group_by("deal", "stage").agg(left=pairs["at"].min())
        rows = entries.left_join(left, ["deal", "stage"])
        left_on = self.known.days.day(rows.left).fill_null(_NEVER)
        over_on = ibis.least(left_on, rows.closed.fill_null(_NEVER))
        rows = rows.mutate(
            days=ibis.least(over_on, self.known.as_of) - rows.day,
            is_over=(over_on <= self.known.as_of).ifelse(1, 0),
        )
        rows = rows.filter(rows.days >= 0)
        return rows.select("label", "stage", "days", "is_over", of=ibis.literal("stage")).select(
            "of", "label", "stage", "days", "is_over"
        )

    def _list_losses(self) -> ir.Table:
        """label, rep, team, reason, stage, stood, number (of the rate), money, n."""
        lost = self.deals.filter((self.deals.status == "lost") & self._is_in(self.deals.closed))
        lost = lost.rename(stood="stage")
        rows = lost.join(self._tell_reasons(), "deal")
        rows = rows.left_join(self._find_last_open(lost), "deal").drop("deal_right")
        rows = rows.mutate(stage=rows.last.fill_null(""), number=rows.rate)
        return rows.group_by("label", "rep", "team", "reason", "stage", "stood", "number").agg(
            money=rows.amount.fill_null(0).cast(_MONEY).sum(), n=rows.count()
        )

    def _read_loss(self, row: dict[str, Any]) -> Loss:
        return Loss(rate=get_rate_of(row.pop("number"), self.settings.rates), **row)

    def _find_last_open(self, lost: ir.Table) -> ir.Table:
        told = flow.keep_open(self.known, self.told)
        told = told.join(lost.select("deal", "closed"), "deal")
        told = told.filter(self.known.days.day(told.micros) <= told.closed)
        order = ibis.struct({"micros": told.micros, "change": told.change})
        return told.group_by("deal").agg(last=told.stage.argmax(order))

    def _tell_reasons(self) -> ir.Table:
        """The reason of the record, or what the log told by the day where it tells of reasons."""
        read = running.read(self.backend, "opportunity")
        raw = read.select(
            deal_source=read.source, deal_id=read.source_id, written=read.lost_reason.fill_null("")
        )
        known = self.known
        deals = known.records.select("deal", "deal_source", "deal_id")
        rows = deals.join(raw, ["deal_source", "deal_id"]).select("deal", "written")
        if known.is_present or "lost_reason" not in known.facts.logged:
            return rows.select("deal", reason="written")
        log = known.changes("lost_reason")
        told = log.group_by("deal").agg(told=tell_value(log, log.day <= known.as_of))
        joined = rows.left_join(told, "deal").drop("deal_right")
        return joined.select("deal", reason=joined.told.fill_null(joined.written))


def _arrive(
    rows: ir.Table,
    of: str,
    day: ir.IntegerValue,
    at: str,
    days: ir.IntegerValue,
    stage: ir.StringValue | None = None,
) -> ir.Table:
    return rows.select(
        "label",
        of=ibis.literal(of),
        day=day,
        at=ibis.literal(at),
        stage=ibis.literal("") if stage is None else stage,
        days=days,
    )


def _zero() -> ir.IntegerValue:
    return ibis.literal(0, "int64")
