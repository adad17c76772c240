"""The form in which a person defines a measure: every choice from a list, and values to compare."""

from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.measure import own
from counterpoise.domain.measure.own import Filter, OwnMeasure, Part
from counterpoise.domain.tables.dictionary import Attribute

CONDITIONS = 3


class TablesForm(forms.Form):
    """Of what rows the measure is: chosen first, for they decide what else can be chosen."""

    table = forms.ChoiceField(label=_("Rows of"))
    below = forms.ChoiceField(label=_("Divided by rows of"), required=False)

    def __init__(self, *given: Any, **named: Any) -> None:
        super().__init__(*given, **named)
        tables = [(each, name_code("table", each)) for each in own.TABLES]
        _offer(self, "table", tables)
        _offer(self, "below", [("", gettext("nothing")), *tables])


class MeasureForm(forms.Form):
    """Fields of the upper part begin with `above-`, those of the lower one with `below-`."""

    name = forms.CharField(
        label=_("Name"),
        max_length=own.LONGEST_NAME,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )

    def __init__(self, *given: Any, table: str, below: str, **named: Any) -> None:
        super().__init__(*given, **named)
        self.tables = {"above": table, **({"below": below} if below else {})}
        for side, each in self.tables.items():
            self._add_part(side, each)

    def build(self) -> OwnMeasure:
        """What was chosen; the domain says whether it is a measure."""
        below = self._build_part("below") if "below" in self.tables else None
        return OwnMeasure(self.cleaned_data["name"], self._build_part("above"), below)

    def sections(self) -> list[dict[str, Any]]:
        """The fields of each part, and the conditions in threes."""
        return [
            {
                "table": name_code("table", table),
                "fields": [self[f"{side}-{each}"] for each in ("how", "attribute", "day")],
                "conditions": [
                    [self[f"{side}-{each}-{n}"] for each in ("where", "operator", "value")]
                    for n in range(1, CONDITIONS + 1)
                ],
            }
            for side, table in self.tables.items()
        ]

    def _add_part(self, side: str, table: str) -> None:
        hows = own.HOWS if "below" not in self.tables else ("count", "sum")
        hows = tuple(each for each in hows if each != "customers" or table in own.OF_CUSTOMERS)
        fields = self.fields
        fields[f"{side}-how"] = _choose(_("Added up"), [(e, name_code("how", e)) for e in hows])
        fields[f"{side}-attribute"] = _choose(
            _("What is added up; nothing for a count of rows"),
            [("", "–"), *_name(own.list_numbers(table))],
            required=False,
        )
        fields[f"{side}-day"] = _choose(_("Counted on"), _name(own.list_days(table)))
        operators = [(each, name_code("operator", each)) for each in own.OPERATORS]
        for n in range(1, CONDITIONS + 1):
            where = [("", "–"), *_name(own.list_filterable(table))]
            fields[f"{side}-where-{n}"] = _choose(_("Only where"), where, required=False)
            fields[f"{side}-operator-{n}"] = _choose(_("is how"), operators, required=False)
            fields[f"{side}-value-{n}"] = forms.CharField(
                label=_("compared with"),
                required=False,
                max_length=own.LONGEST_VALUE,
                widget=forms.TextInput(attrs={"dir": "auto"}),
            )

    def _build_part(self, side: str) -> Part:
        chosen = {
            name.removeprefix(f"{side}-"): value
            for name, value in self.cleaned_data.items()
            if name.startswith(f"{side}-")
        }
        filters = tuple(
            Filter(
                chosen[f"where-{n}"],
                chosen[f"operator-{n}"],
                "" if chosen[f"operator-{n}"] in ("filled", "empty") else chosen[f"value-{n}"],
            )
            for n in range(1, CONDITIONS + 1)
            if chosen[f"where-{n}"]
        )
        attribute = "" if chosen["how"] in own.COUNTS else chosen["attribute"]
        return Part(self.tables[side], chosen["how"], attribute, chosen["day"], filters)


def _name(attributes: Iterable[Attribute]) -> list[tuple[str, str]]:
    return [(each.name, name_code("attribute", each.name)) for each in attributes]


def _choose(label: Any, choices: Sequence[tuple[str, str]], **named: Any) -> forms.ChoiceField:
    return forms.ChoiceField(label=label, choices=choices, **named)


def _offer(form: forms.Form, name: str, choices: list[tuple[str, str]]) -> None:
    field = form.fields[name]
    assert isinstance(field, forms.ChoiceField)
    field.choices = choices
