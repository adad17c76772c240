"""What an override does, as people write it: = 120,000, +10,000, −5 %, locked at 6,000."""

from decimal import Decimal

from django.utils.translation import gettext

from counterpoise.connectors.documents.reader import Reader
from counterpoise.domain.tables.override import OverrideKind


def write_change(reader: Reader, kind: OverrideKind, amount: Decimal, change: Decimal) -> str:
    """amount: what it means. change: what a difference or a factor changes."""
    if kind == "lock":
        return gettext("locked at {amount}").format(amount=reader.number(amount, 2))
    if kind == "absolute":
        return f"= {reader.number(amount, 2)}"
    written = reader.number(change, 2)
    if kind == "factor":
        written += "\N{NO-BREAK SPACE}" + ("٪" if reader.is_rtl else "%")
    plus = "\N{ARABIC LETTER MARK}+" if reader.is_rtl else "+"
    return f"{plus}{written}" if change > 0 else written
