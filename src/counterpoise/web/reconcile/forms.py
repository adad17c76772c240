"""What a planner writes to make or change a scenario."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.actions.levers import Lever
from counterpoise.actions.scenarios import LONGEST_NOTE, MOST_CHANGES, Wish
from counterpoise.domain.tables.scenario import LONGEST_NAME, Change, DemandCase
from counterpoise.store.scenarios import KeptScenario
from counterpoise.web.background.work import make_key
from counterpoise.web.reconcile.words import CASES, name_rule, name_unit

SPARE_ROWS = 3
LONGEST_VALUE = 200
LONGEST_RULE = 300
LISTED = "levers-list"
"""The list of rules that a field offers while one writes."""


@dataclass(frozen=True, slots=True)
class Offer:
    """A rule that a field offers, and what it is."""

    value: str
    title: str


@dataclass(frozen=True, slots=True)
class ChangeRow:
    """The two fields of one changed rule."""

    rule: forms.BoundField
    value: forms.BoundField


class ScenarioForm(forms.Form):
    """edition: of the scenario that the page showed; 0 for a new one."""

    name = forms.CharField(
        label=gettext_lazy("Name"),
        max_length=LONGEST_NAME,
        help_text=gettext_lazy("Letters, digits, spaces, - and _."),
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    demand = forms.ChoiceField(label=gettext_lazy("Planned for"), choices=list(CASES.items()))
    note = forms.CharField(
        label=gettext_lazy("Note"),
        required=False,
        max_length=LONGEST_NOTE,
        help_text=gettext_lazy("What the scenario asks, for those who compare it."),
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )
    edition = forms.IntegerField(widget=forms.HiddenInput, min_value=0, initial=0)

    def __init__(
        self,
        levers: Sequence[Lever],
        changes: Sequence[Change] = (),
        data: Mapping[str, Any] | None = None,
        **named: Any,
    ) -> None:
        """changes: those that the rows begin with; a sent form brings its own rows."""
        super().__init__(data, **named)
        self._rows = _count_rows(data) if data is not None else len(changes) + SPARE_ROWS
        self._rows = min(self._rows, MOST_CHANGES)
        known = {(each.key, each.subject) for each in levers}
        self._offers = tuple(_offer(each) for each in levers)
        self._known = known | {(each.key, each.subject) for each in changes}
        for place in range(self._rows):
            held = changes[place] if place < len(changes) else None
            number = place + 1
            self.fields[f"rule-{place}"] = forms.CharField(
                label=_("Rule {number}").format(number=number),
                required=False,
                max_length=LONGEST_RULE,
                initial=write_place(held.key, held.subject) if held else "",
                widget=forms.TextInput(
                    attrs={"dir": "auto", "list": LISTED, "autocomplete": "off"}
                ),
            )
            self.fields[f"value-{place}"] = forms.CharField(
                label=_("Value {number}").format(number=number),
                required=False,
                max_length=LONGEST_VALUE,
                initial=held.value if held else "",
                widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
            )

    def list_offers(self) -> tuple[Offer, ...]:
        return self._offers

    def list_facts(self) -> tuple[forms.BoundField, ...]:
        return tuple(self[name] for name in ("name", "demand", "note"))

    def list_rows(self) -> tuple[ChangeRow, ...]:
        return tuple(
            ChangeRow(self[f"rule-{place}"], self[f"value-{place}"]) for place in range(self._rows)
        )

    def clean(self) -> dict[str, Any]:
        found = super().clean() or {}
        for place in range(self._rows):
            rule = found.get(f"rule-{place}", "").strip()
            if rule and _read_place(rule) not in self._known:
                self.add_error(
                    f"rule-{place}", _("No plan is made with such a rule. Choose one of the list.")
                )
            value = found.get(f"value-{place}", "").strip()
            if rule and not value and f"value-{place}" not in self.errors:
                self.add_error(f"value-{place}", _("Write the value that the rule has."))
            if value and not rule and f"rule-{place}" not in self.errors:
                self.add_error(f"rule-{place}", _("Choose the rule that has this value."))
        return found

    def read_wish(self) -> Wish:
        """Of a form that is valid."""
        said = self.cleaned_data
        rows = ((said[f"rule-{n}"], said[f"value-{n}"].strip()) for n in range(self._rows))
        changes = tuple(Change(*_read_place(rule), value) for rule, value in rows if rule)
        return Wish(said["name"], cast("DemandCase", said["demand"]), changes, said["note"])


class AskForm(forms.Form):
    """A click on a button: key makes one click one job, edition is what the page showed."""

    edition = forms.IntegerField(min_value=0, widget=forms.HiddenInput)
    key = forms.CharField(max_length=64, widget=forms.HiddenInput)


def open_ask(kept: KeptScenario) -> AskForm:
    return AskForm(initial={"edition": kept.edition, "key": make_key()}, auto_id=False)


def write_place(key: str, subject: str) -> str:
    """A rule's key and subject in one line of a form; no key has a | in it."""
    return f"{key} | {subject}" if subject else key


def _read_place(written: str) -> tuple[str, str]:
    key, _bar, subject = written.partition("|")
    return key.strip(), subject.strip()


def _count_rows(data: Mapping[str, Any]) -> int:
    return sum(1 for place in range(MOST_CHANGES) if f"rule-{place}" in data)


def _offer(lever: Lever) -> Offer:
    title = _("{rule}, now {value} {unit}").format(
        rule=name_rule(lever.key), value=lever.value, unit=name_unit(lever)
    )
    return Offer(write_place(lever.key, lever.subject), title)
