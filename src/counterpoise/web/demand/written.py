"""An override as people type it: 120,000 or = 120,000, +10,000, -5 %, in Arabic digits too."""

import re
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from counterpoise.domain.tables.override import OverrideKind

_MARKS = str.maketrans(
    {
        **{chr(0x660 + digit): str(digit) for digit in range(10)},
        "٫": ".",
        "٬": None,
        "٪": "%",
        "\N{MINUS SIGN}": "-",
        "\N{EN DASH}": "-",
        **dict.fromkeys(
            "\N{NO-BREAK SPACE}\N{NARROW NO-BREAK SPACE}\N{ARABIC LETTER MARK}"
            "\N{LEFT-TO-RIGHT MARK}\N{RIGHT-TO-LEFT MARK} "
        ),
    }
)
_WRITTEN = re.compile(
    r"(?P<sign>[=+-]?)(?P<number>(?:\d{1,3}(?:,\d{3})+|\d{1,15})(?:\.\d{1,2})?)(?P<percent>%?)",
    re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Written:
    """amount: as `kind` takes it."""

    kind: OverrideKind
    amount: Decimal

    def __str__(self) -> str:
        if self.kind == "absolute":
            return str(self.amount)
        return f"{self.amount:+}{'%' if self.kind == 'factor' else ''}"


class WrittenField(forms.CharField):
    """Gives a Written, or None where it is empty and may be."""

    widget = forms.TextInput(attrs={"autocomplete": "off", "dir": "ltr"})

    def clean(self, value: Any) -> Any:
        written = super().clean(str(value) if isinstance(value, Written) else value)
        return read_written(written) if written else None


def read_written(written: str) -> Written:
    """Raises ValidationError."""
    found = _WRITTEN.fullmatch(written.translate(_MARKS))
    if found is None:
        raise ValidationError(
            _(
                "Write a new amount (120,000), what to add or take away (+10,000 or -10,000), or"
                " percent up or down (+5% or -5%); two places at most."
            )
        )
    sign, number = found["sign"], Decimal(found["number"].replace(",", ""))
    if found["percent"] and sign not in ("+", "-"):
        raise ValidationError(_("Write whether it is up or down: +5% or -5%."))
    if sign in ("", "="):
        return Written("absolute", number)
    amount = -number if sign == "-" else number
    if not amount:
        raise ValidationError(_("That changes nothing. To keep a figure as it is, lock it."))
    return Written("factor" if found["percent"] else "difference", amount)
