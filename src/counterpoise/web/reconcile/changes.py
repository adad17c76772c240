"""The tables of rules: those that a scenario changes, and those that it could."""

from collections.abc import Sequence
from urllib.parse import urlencode

from django.urls import reverse
from django.utils.translation import gettext as _

from counterpoise.actions.levers import Lever
from counterpoise.connectors.documents import names
from counterpoise.domain.tables.scenario import Change
from counterpoise.domain.values.text import Text
from counterpoise.web.links import link_rule
from counterpoise.web.reconcile.forms import write_place
from counterpoise.web.reconcile.words import name_rule, name_subject, name_unit
from counterpoise.web.tables import Column, Row, Table


def build_changes(changes: Sequence[Change], levers: Sequence[Lever]) -> Table:
    """What the scenario says beside what holds now."""
    known = {(each.key, each.subject): each for each in levers}
    rows = []
    for each in changes:
        lever = known.get((each.key, each.subject))
        rows.append(
            Row(
                {
                    "subject": name_subject(each.subject),
                    "rule": name_rule(each.key),
                    "now": lever.value if lever else None,
                    "value": each.value,
                    "unit": name_unit(lever) if lever else "",
                    "source": _name_source(lever) if lever else "",
                },
                {"rule": link_rule(each.key, each.subject)},
            )
        )
    return Table(
        name="changes",
        caption=_("Rules that the scenario changes"),
        columns=(
            Column("subject", _("Of")),
            Column("rule", _("Rule")),
            Column("now", _("Holds now")),
            Column("value", _("In the scenario")),
            Column("unit", _("Unit")),
            Column("source", _("Source of what holds now")),
        ),
        rows=tuple(rows),
        empty=_("The scenario changes no rule: it differs by its demand alone."),
    )


def build_levers(levers: Sequence[Lever], period: str, *, may_edit: bool) -> Table:
    """Every rule that plans of the period are made with. Who may edit begins a scenario here."""
    base = reverse("reconcile:new", args=[period]) if may_edit else ""
    return Table(
        name="levers",
        caption=_("Rules that plans are made with, as they hold now"),
        columns=(
            Column("subject", _("Of"), has_choices=True),
            Column("rule", _("Rule"), has_choices=True),
            Column("value", _("Holds now")),
            Column("unit", _("Unit")),
            Column("source", _("Source")),
            *((Column("use", _("Scenario")),) if may_edit else ()),
        ),
        rows=tuple(
            Row(
                {
                    "subject": name_subject(each.subject),
                    "rule": name_rule(each.key),
                    "value": each.value,
                    "unit": name_unit(each),
                    "source": _name_source(each),
                    "use": _("try another value"),
                },
                {
                    "rule": link_rule(each.key, each.subject),
                    "use": f"{base}?{urlencode({'rule': write_place(each.key, each.subject)})}",
                },
            )
            for each in levers
        ),
        empty=_("No rule is known that a plan is made with."),
    )


def _name_source(lever: Lever) -> str | Text | None:
    if lever.rule is None:
        return lever.basis
    source = names.translate_rule(lever.rule.source)
    if lever.rule.key == lever.key:
        return source
    return _("reckoned from {rule}, {value} {unit} ({source})").format(
        rule=lever.rule.key,
        value=lever.rule.value,
        unit=names.translate_rule(lever.rule.unit),
        source=source,
    )
