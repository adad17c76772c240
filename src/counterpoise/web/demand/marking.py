"""What a planner writes to mark a time of a series as not to be learned from."""

from datetime import date

from django import forms
from django.utils.translation import gettext_lazy as _

from counterpoise.actions import series_marks
from counterpoise.actions.series_marks import Draft
from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.measure.question import (
    UnknownDimension,
    UnknownMeasure,
    bucket_of,
    label_time,
)
from counterpoise.domain.tables.carried import Carried, CarriedPart
from counterpoise.domain.tables.mark import LONGEST_COMMENT, MARK_KINDS, InvalidMark
from counterpoise.domain.values.period import UnknownPeriod
from counterpoise.domain.values.rights import Visitor
from counterpoise.store.marks import MarkChanged
from counterpoise.store.overrides import read_members, write_members
from counterpoise.web.demand.words import name_replaced
from counterpoise.web.reading import Eyes
from counterpoise.web.workplace import now

MOST_PERIODS = 200
"""The newest ones are offered; an older one is marked by command or API."""


class MarkForm(forms.Form):
    """measure and cell: of what the page showed, as its part is kept in text."""

    measure = forms.CharField(widget=forms.HiddenInput)
    cell = forms.CharField(required=False, widget=forms.HiddenInput)
    period = forms.CharField(label=_("When"))
    kind = forms.ChoiceField(
        label=_("What it was"), choices=[(each, name_replaced(each)) for each in MARK_KINDS]
    )
    comment = forms.CharField(
        label=_("What happened"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


def open_form(
    found: Carried, part: CarriedPart, reader: Reader, refused: MarkForm | None
) -> MarkForm:
    """refused: what was sent before and is shown again with what is wrong in it."""
    initial = {"measure": found.measure, "cell": write_members(part.by)}
    form = refused or MarkForm(initial=initial)
    newest = [each.start for each in reversed(part.history)][:MOST_PERIODS]
    choices = [(label_time(found.every, each), _name(found, each, reader)) for each in newest]
    form.fields["period"].widget = forms.Select(choices=choices)
    form.fields["kind"].choices = [  # type: ignore[attr-defined]  # a choice field's own
        (each, name_replaced(each)) for each in MARK_KINDS
    ]
    return form


def make_mark(form: MarkForm, visitor: Visitor, eyes: Eyes) -> bool:
    """Whether the mark is kept; why not stands in the form."""
    said = form.cleaned_data
    members = read_members(said["cell"])
    if visitor.reach != "everyone" and series_marks.names_people(members):
        form.add_error(None, str(_("Figures of single people are for those who see everybody.")))
        return False
    try:
        draft = Draft(said["measure"], said["period"], members, said["kind"], said["comment"])
        series_marks.make_mark(draft, visitor, now=now())
    except (UnknownMeasure, UnknownDimension, UnknownPeriod, InvalidMark, MarkChanged) as error:
        form.add_error(None, eyes.explain(error))
        return False
    return True


def _name(found: Carried, start: date, reader: Reader) -> str:
    match found.every:
        case "month":
            return reader.month(start)
        case "quarter" | "year":
            return reader.period(bucket_of(found.every, start))
        case _:
            return reader.day(start)
