"""The form in which a person says what the columns of their files mean."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from typing import Any

from django import forms
from django.utils.functional import Promise
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counterpoise.actions.collect import Proposed
from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.tables.dictionary import TABLES, get_table
from counterpoise.domain.tables.mapping import ColumnMapping, FileMapping
from counterpoise.domain.tables.mapping import Mapping as FilesMapping
from counterpoise.domain.tables.profile import ColumnProfile, FileProfile
from counterpoise.domain.values.text import Text, text

WAYS: tuple[tuple[str, str | Promise], ...] = (
    ("", _("as it looks")),
    ("ymd", _("dates: year, month, day")),
    ("dmy", _("dates: day, month, year")),
    ("mdy", _("dates: month, day, year")),
    (".", _("numbers: 1,234.5")),
    (",", _("numbers: 1.234,5")),
)
_ORDERS = ("ymd", "dmy", "mdy")
STATED = text("stated by a person")


@dataclass(frozen=True, slots=True)
class Line:
    """One column and one attribute that it feeds; a column that feeds several has a line each."""

    column: str
    examples: tuple[str, ...]
    confidence: float | None
    why: Text | None
    attribute: forms.BoundField
    way: forms.BoundField


@dataclass(frozen=True, slots=True)
class Section:
    """One file of the form."""

    file: str
    source: str
    rows: int
    notes: tuple[Text, ...]
    table: forms.BoundField
    lines: tuple[Line, ...]


class MappingForm(forms.Form):
    """Fields: `table-F` for each file, `to-F-N` and `way-F-N` for each of its lines.

    The attributes that can be chosen are those of the table that is chosen. Where that was changed,
    `is_another_table` says so, and the page is shown once more with the right attributes: the
    answers so far are then the draft, which nobody holds to be finished.
    """

    def __init__(
        self,
        proposed: Proposed,
        data: Mapping[str, Any] | None = None,
        *,
        draft: Mapping[str, Any] | None = None,
    ) -> None:
        super().__init__(data)
        self._proposed = proposed
        self._answers: Mapping[str, Any] | None = draft if data is None else data
        self._profiles = {each.file: each for each in proposed.profiles}
        self.is_another_table = False
        tables = [
            ("", gettext("leave this file out")),
            *((each, name_code("table", each)) for each in TABLES),
        ]
        for f, file in enumerate(proposed.mapping.files):
            self.fields[f"table-{f}"] = forms.ChoiceField(
                label=_("Table"),
                choices=tables,
                initial=self._recall(f"table-{f}", file.table),
                required=False,
            )
            chosen = self._find_table(f, file)
            for n, (column, mapped) in enumerate(self._list_lines(file)):
                self._add_line(f, n, column, mapped, chosen)

    def list_sections(self) -> tuple[Section, ...]:
        return tuple(self._describe(f, each) for f, each in enumerate(self._proposed.mapping.files))

    def clean(self) -> dict[str, Any]:
        cleaned: dict[str, Any] = super().clean() or self.cleaned_data
        for f, file in enumerate(self._proposed.mapping.files):
            attributes = [
                cleaned.get(f"to-{f}-{n}", "") for n, _line in enumerate(self._list_lines(file))
            ]
            taken = [each for each in attributes if each]
            twice = sorted({each for each in taken if taken.count(each) > 1})
            if twice:
                self.add_error(
                    f"table-{f}",
                    gettext("Two columns go to %(attribute)s. Keep one of them.")
                    % {"attribute": name_code("attribute", twice[0])},
                )
            if cleaned.get(f"table-{f}") and not taken:
                self.add_error(
                    f"table-{f}",
                    gettext("No column is chosen for this table. Choose some, or leave it out."),
                )
        return cleaned

    def read_mapping(self) -> FilesMapping:
        """What the person stated, of a form that is valid."""
        return FilesMapping(
            tuple(self._read_file(f, each) for f, each in enumerate(self._proposed.mapping.files))
        )

    def _find_table(self, f: int, file: FileMapping) -> str:
        if self._answers is None:
            return file.table
        chosen = str(self._answers.get(f"table-{f}", ""))
        if chosen and chosen != str(self._answers.get(f"shown-{f}", "")):
            self.is_another_table = True
        return chosen if chosen in TABLES else ""

    def _recall(self, field: str, proposed: str) -> str:
        return proposed if self._answers is None else str(self._answers.get(field, ""))

    def _list_lines(
        self, file: FileMapping
    ) -> Iterator[tuple[ColumnProfile, ColumnMapping | None]]:
        profile: FileProfile = self._profiles[file.file]
        for column in profile.columns:
            mapped = [each for each in file.columns if each.column == column.column]
            yield from ((column, each) for each in mapped)
            if not mapped:
                yield column, None

    def _add_line(
        self, f: int, n: int, column: ColumnProfile, mapped: ColumnMapping | None, table: str
    ) -> None:
        known = [each.name for each in get_table(table).attributes] if table else []
        attributes = [("", _("leave out")), *((each, _name_attribute(each)) for each in known)]
        self.fields[f"to-{f}-{n}"] = forms.ChoiceField(
            label=gettext("Attribute for %(column)s") % {"column": column.column},
            choices=attributes,
            initial=self._recall(f"to-{f}-{n}", mapped.attribute if mapped else ""),
            required=False,
        )
        self.fields[f"way-{f}-{n}"] = forms.ChoiceField(
            label=gettext("How %(column)s is written") % {"column": column.column},
            choices=WAYS,
            initial=self._recall(
                f"way-{f}-{n}", (mapped.date_order or mapped.decimal_mark or "") if mapped else ""
            ),
            required=False,
        )

    def _describe(self, f: int, file: FileMapping) -> Section:
        return Section(
            file=file.file,
            source=file.source,
            rows=self._profiles[file.file].rows,
            notes=file.notes,
            table=self[f"table-{f}"],
            lines=tuple(
                Line(
                    column=column.column,
                    examples=column.sample,
                    confidence=mapped.confidence if mapped else None,
                    why=mapped.why if mapped else None,
                    attribute=self[f"to-{f}-{n}"],
                    way=self[f"way-{f}-{n}"],
                )
                for n, (column, mapped) in enumerate(self._list_lines(file))
            ),
        )

    def _read_file(self, f: int, file: FileMapping) -> FileMapping:
        table = self.cleaned_data[f"table-{f}"]
        lines = list(self._list_lines(file))
        columns = tuple(
            self._read_line(f, n, file, mapped or _blank(file.file, column.column))
            for n, (column, mapped) in enumerate(lines)
            if table and self.cleaned_data[f"to-{f}-{n}"]
        )
        taken = {each.column for each in columns}
        left = dict.fromkeys(
            column.column for column, _mapped in lines if column.column not in taken
        )
        return replace(file, table=table, columns=columns, unmapped=tuple(left))

    def _read_line(self, f: int, n: int, file: FileMapping, mapped: ColumnMapping) -> ColumnMapping:
        """A line that was left as proposed keeps how sure the proposal was."""
        way = self.cleaned_data[f"way-{f}-{n}"]
        stated = replace(
            mapped,
            table=self.cleaned_data[f"table-{f}"],
            attribute=self.cleaned_data[f"to-{f}-{n}"],
            date_order=way if way in _ORDERS else None,
            decimal_mark=way if way and way not in _ORDERS else None,
        )
        assert file.file == mapped.file
        return stated if stated == mapped else replace(stated, confidence=1.0, why=STATED)


def _blank(file: str, column: str) -> ColumnMapping:
    return ColumnMapping(file, column, "", "", 0.0, STATED)


def _name_attribute(name: str) -> str:
    return f"{name_code('attribute', name)} ({name})"
