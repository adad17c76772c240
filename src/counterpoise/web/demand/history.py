"""The tables of overrides: what was made of which figure, and what one would do."""

from collections.abc import Sequence
from datetime import date

from django.utils.translation import gettext as _

from counterpoise.actions.overrides import Effect, Preview
from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.override_words import write_change
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.override import Override
from counterpoise.store.overrides import KeptOverride
from counterpoise.web.demand import cells
from counterpoise.web.demand.words import name_reason, name_role, name_unit
from counterpoise.web.tables import Column, Row, Table


def build_history(period: str, made: Sequence[KeptOverride], reader: Reader, as_of: date) -> Table:
    """Who put what in the place of what, when, why, and whether it holds in a forecast of a day."""
    return Table(
        name="overrides",
        caption=_("Overrides, the newest first"),
        columns=(
            Column("made_at", _("When"), "moment"),
            Column("who", _("Who"), has_choices=True),
            Column("role", _("Role"), has_choices=True),
            Column("figure", _("Figure")),
            Column("before", _("Before"), "number", places=2),
            Column("after", _("After"), "number", places=2),
            Column("change", _("As it was said")),
            Column("reason", _("Reason"), has_choices=True),
            Column("comment", _("Comment")),
            Column("until", _("Holds until"), "day"),
            Column("state", _("State"), has_choices=True),
            Column("ended", _("Withdrawn by")),
        ),
        rows=tuple(_build_row(period, each, reader, as_of) for each in made),
        empty=_("Nobody has overridden this forecast."),
    )


def build_opponents(period: str, opponents: Sequence[Override], reader: Reader) -> Table:
    """Those that an override cannot hold beside."""
    return Table(
        name="opponents",
        caption=_("What it cannot hold beside"),
        columns=(
            Column("figure", _("Figure")),
            Column("change", _("As it was said")),
            Column("amount", _("Amount"), "number", places=2),
            Column("who", _("Who")),
            Column("comment", _("Comment")),
        ),
        rows=tuple(
            Row(
                {
                    "figure": cells.name_cell(each.cell, reader),
                    "change": write_change(reader, each.kind, each.amount, each.change),
                    "amount": each.amount,
                    "who": each.author,
                    "comment": each.comment,
                },
                {"figure": cells.link("cell", period, each.cell)},
            )
            for each in opponents
        ),
        empty=_("Nothing stands in its way."),
    )


def build_effects(preview: Preview, currency: str, reader: Reader) -> Table:
    """What an override would move, from the period's total down to the figure itself."""
    has_months = len({each.month for each in preview.effects if each.month}) > 1
    return Table(
        name="effects",
        caption=_("What the override does"),
        columns=(
            Column("figure", _("Figure")),
            Column("unit", _("In")),
            Column("before", _("Now"), "number", places=2),
            Column("after", _("Then"), "number", places=2),
            Column("change", _("Difference"), "number", places=2),
        ),
        rows=tuple(
            Row(
                {
                    "figure": _name_effect(each, reader, has_months=has_months),
                    "unit": name_unit(each.measure, currency),
                    "before": each.before,
                    "after": each.after,
                    "change": each.after - each.before,
                }
            )
            for each in preview.effects
        ),
        empty=_("It moves nothing."),
    )


def _name_effect(effect: Effect, reader: Reader, *, has_months: bool) -> str:
    what = names.name_code("measure", effect.measure)
    if effect.month is None and not effect.by:
        return _("{measure} of the whole period").format(measure=what)
    if effect.month is None or has_months:
        return cells.name_cell((effect.measure, effect.month, effect.by), reader)
    return _("{measure} of the month: {members}").format(
        measure=what, members=cells.name_members(effect.by)
    )


def _build_row(period: str, kept: KeptOverride, reader: Reader, as_of: date) -> Row:
    override = kept.override
    address = cells.link("cell", period, override.cell)
    return Row(
        {
            "made_at": override.made_at,
            "who": kept.author_name,
            "role": name_role(override.role),
            "figure": cells.name_cell(override.cell, reader),
            "before": kept.previous,
            "after": override.amount,
            "change": write_change(reader, override.kind, override.amount, override.change),
            "reason": name_reason(override.reason),
            "comment": override.comment,
            "until": override.expires_on,
            "state": _name_state(kept, as_of),
            "ended": kept.withdrawn_by,
        },
        {"figure": address},
        name=f"override-{override.id}",
    )


def _name_state(kept: KeptOverride, as_of: date) -> str:
    is_lock = kept.override.kind == "lock"
    if kept.is_current:
        if kept.override.is_expired(as_of):
            return _("expired")
        return _("locked") if is_lock else _("holds")
    if is_lock and kept.withdrawn_at:
        return _("unlocked")
    return _("withdrawn") if kept.withdrawn_at else _("replaced")
