"""The tables of overrides: what was made of which figure, and what one would do."""

from collections.abc import Sequence

from django.utils.translation import gettext as _

from counterpoise.actions.overrides import Effect, Preview
from counterpoise.connectors.documents import names
from counterpoise.connectors.documents.reader import Reader
from counterpoise.store.overrides import KeptOverride
from counterpoise.web.demand import cells
from counterpoise.web.demand.words import name_reason, name_role, name_unit
from counterpoise.web.tables import Column, Row, Table


def build_history(period: str, made: Sequence[KeptOverride], reader: Reader) -> Table:
    """Who put what in the place of what, when, why, and whether it still holds."""
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
            Column("reason", _("Reason"), has_choices=True),
            Column("comment", _("Comment")),
            Column("state", _("State"), has_choices=True),
            Column("ended", _("Withdrawn by")),
        ),
        rows=tuple(_build_row(period, each, reader) for each in made),
        empty=_("Nobody has overridden this forecast."),
    )


def build_effects(preview: Preview, currency: str, reader: Reader) -> Table:
    """What an override would move, from the period's total down to the figure itself."""
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
                    "figure": _name_effect(each),
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


def _name_effect(effect: Effect) -> str:
    what = names.name_code("measure", effect.measure)
    if effect.month is None:
        return _("{measure} of the whole period").format(measure=what)
    return _("{measure} of the month: {members}").format(
        measure=what, members=cells.name_members(effect.by)
    )


def _build_row(period: str, kept: KeptOverride, reader: Reader) -> Row:
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
            "reason": name_reason(override.reason),
            "comment": override.comment,
            "state": _name_state(kept),
            "ended": kept.withdrawn_by,
        },
        {"figure": address},
        name=f"override-{override.id}",
    )


def _name_state(kept: KeptOverride) -> str:
    if kept.is_current:
        return _("holds")
    return _("withdrawn") if kept.withdrawn_at else _("replaced")
