"""Tables of the rulebook: what holds, what differs between two days, what one rule ever said."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from counterpoise.actions.rules import HeldRule, RuleHistory
from counterpoise.connectors.documents import names
from counterpoise.domain.rulebook.entries import Difference
from counterpoise.web.links import link_rule
from counterpoise.web.tables import Column, Row, Table


def build_rules(held: Sequence[HeldRule]) -> Table:
    return Table(
        name="rules",
        caption=_("Rules in force"),
        columns=(
            Column("key", _("Rule")),
            Column("subject", _("Of")),
            Column("value", _("Value")),
            Column("unit", _("Unit")),
            Column("effective_from", _("From"), "day"),
            Column("whose", _("Whose"), has_choices=True),
            Column("by", _("Recorded by")),
            Column("source", _("Source")),
        ),
        rows=tuple(
            Row(
                {
                    "key": rule.key,
                    "subject": rule.subject,
                    "value": rule.value,
                    "unit": names.translate_rule(rule.unit),
                    "effective_from": rule.effective_from,
                    "whose": _("the company's") if each.entry else _("the product's default"),
                    "by": each.entry.recorded_by if each.entry else None,
                    "source": names.translate_rule(rule.source),
                },
                {"key": link_rule(rule.key, rule.subject)},
            )
            for each in held
            for rule in (each.rule,)
        ),
        empty=_("No rule was in force on this day."),
    )


def build_differences(differences: Sequence[Difference]) -> Table:
    return Table(
        name="differences",
        caption=_("What changed"),
        columns=(
            Column("key", _("Rule")),
            Column("subject", _("Of")),
            Column("before", _("Before")),
            Column("after", _("After")),
            Column("unit", _("Unit")),
            Column("effective_from", _("From"), "day"),
            Column("source", _("Source")),
        ),
        rows=tuple(_build_difference(each) for each in differences),
        empty=_("Nothing changed between these days."),
    )


def build_history(history: RuleHistory) -> Table:
    recorded = [
        Row(
            {
                "value": each.rule.value,
                "effective_from": each.rule.effective_from,
                "by": each.recorded_by,
                "at": each.recorded_at,
                "source": names.translate_rule(each.rule.source),
            }
        )
        for each in history.entries
    ]
    default = history.default
    first = default and Row(
        {
            "value": default.value,
            "effective_from": default.effective_from,
            "by": _("the product's default"),
            "at": None,
            "source": names.translate_rule(default.source),
        }
    )
    return Table(
        name="history",
        caption=_("Everything that was recorded, the newest record first"),
        columns=(
            Column("value", _("Value")),
            Column("effective_from", _("From"), "day"),
            Column("by", _("Recorded by")),
            Column("at", _("Recorded"), "moment"),
            Column("source", _("Source")),
        ),
        rows=(*recorded, *((first,) if first else ())),
        empty=_("Nothing was recorded for this yet."),
    )


def _build_difference(each: Difference) -> Row:
    newer = each.after or each.before
    assert newer is not None, "a difference has two sides, and one of them says something"
    return Row(
        {
            "key": each.key,
            "subject": each.subject,
            "before": each.before.value if each.before else None,
            "after": each.after.value if each.after else None,
            "unit": names.translate_rule(newer.unit),
            "effective_from": newer.effective_from,
            "source": names.translate_rule(newer.source),
        },
        {"key": link_rule(each.key, each.subject)},
    )
