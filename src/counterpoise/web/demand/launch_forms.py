"""What a planner writes of products that come and go."""

import re
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from counterpoise.connectors.documents import names
from counterpoise.domain.tables.launch import (
    LIMIT,
    LONGEST_COMMENT,
    LONGEST_NAME,
    MOST_DEALS,
    MOST_FACTOR,
    Launch,
    PhaseOut,
    Product,
)
from counterpoise.domain.values.rights import Visitor
from counterpoise.web.demand.forms import Amount

_DIGITS = str.maketrans("٠١٢٣٤٥٦٧٨٩٫", "0123456789.", "٬")
_MONTH = re.compile(r"(?P<year>\d{4})-(?P<month>0[1-9]|1[0-2])")


class Month(forms.CharField):
    """A month such as 2026-11; the value is its first day."""

    widget = forms.TextInput(attrs={"type": "month", "dir": "ltr", "placeholder": "2026-11"})

    def to_python(self, value: Any) -> Any:
        written = str(value or "").strip().translate(_DIGITS)
        if not written:
            return None
        found = _MONTH.fullmatch(written)
        if found is None or found["year"] == "0000":
            raise ValidationError(_("Write a month like 2026-11."))
        return date(int(found["year"]), int(found["month"]), 1)


class Curve(forms.CharField):
    """Amounts with spaces or lines between them."""

    widget = forms.Textarea(attrs={"rows": 3, "dir": "ltr", "inputmode": "decimal"})

    def to_python(self, value: Any) -> Any:
        written = str(value or "").translate(_DIGITS).replace(";", " ").split()
        try:
            return tuple(Decimal(each.replace(",", "")) for each in written)
        except InvalidOperation:
            raise ValidationError(
                _("Write amounts such as 1200.50, with spaces between.")
            ) from None


def _comment() -> forms.CharField:
    return forms.CharField(
        label=gettext_lazy("What you know that the data does not"),
        max_length=LONGEST_COMMENT,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto"}),
    )


class WishForm(forms.Form):
    """What the new product is; past launches are proposed by it."""

    product = forms.CharField(
        label=gettext_lazy("New product"),
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"dir": "auto", "autocomplete": "off"}),
    )
    month = Month(label=gettext_lazy("First month of sales"))
    family = forms.CharField(
        label=gettext_lazy("Family"),
        required=False,
        max_length=LONGEST_NAME,
        widget=forms.TextInput(attrs={"dir": "auto", "list": "families", "autocomplete": "off"}),
    )
    price = Amount(required=False, min_value=Decimal("0.01"), max_value=Decimal(LIMIT - 1))
    regions = forms.MultipleChoiceField(
        label=gettext_lazy("Regions; none for all"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def __init__(self, *given: Any, regions: Iterable[str], currency: str, **named: Any) -> None:
        super().__init__(*given, **named)
        field = self.fields["regions"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = [(each, names.name_part(each)) for each in regions]
        self.fields["price"].label = _("List price, {currency}").format(currency=currency)

    @property
    def product_wanted(self) -> Product:
        said = self.cleaned_data
        return Product(said["product"].strip(), said["family"].strip(), said["price"])


class LaunchForm(forms.Form):
    """Which analogues, and how large; or a curve of one's own."""

    analogues = forms.MultipleChoiceField(
        label=gettext_lazy("Past launches that it is like"),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    deals = Amount(
        label=gettext_lazy("Deals expected in the first twelve months"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=MOST_DEALS,
    )
    factor = Amount(
        label=gettext_lazy("or: how many times the mean of the analogues"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=MOST_FACTOR,
    )
    curve = Curve(
        required=False,
        help_text=gettext_lazy(
            "Instead of analogues: an assumption of yours, and marked as one. Give the deals too."
        ),
    )
    last_month = Month(label=gettext_lazy("Last month of sales, if it is known"), required=False)
    comment = _comment()

    def __init__(
        self, *given: Any, analogues: Sequence[tuple[str, str]], currency: str, **named: Any
    ) -> None:
        super().__init__(*given, **named)
        field = self.fields["analogues"]
        assert isinstance(field, forms.MultipleChoiceField)
        field.choices = list(analogues)
        self.fields["curve"].label = _("Twelve monthly amounts of won revenue, {currency}").format(
            currency=currency
        )

    def build(self, wish: WishForm, visitor: Visitor, at: datetime) -> Launch:
        """Raises InvalidLaunch and NoAnalogue."""
        said, wanted = self.cleaned_data, wish.product_wanted
        return Launch(
            id=0,
            product=wanted.name,
            family=wanted.family,
            price=wanted.price,
            regions=tuple(wish.cleaned_data["regions"]),
            month=wish.cleaned_data["month"],
            analogues=tuple(said["analogues"]),
            curve=said["curve"],
            deals=said["deals"],
            factor=said["factor"],
            last_month=said["last_month"],
            comment=said["comment"].strip(),
            author=visitor.name,
            role=visitor.role,
            made_at=at,
        )


class PhaseOutForm(forms.Form):
    product = forms.ChoiceField(label=gettext_lazy("Product"))
    last_month = Month(label=gettext_lazy("Last month of sales"))
    new_until = Month(
        label=gettext_lazy("Last month of new deals"),
        required=False,
        help_text=gettext_lazy("Empty: the month before. After it, only open deals count."),
    )
    successor = forms.ChoiceField(label=gettext_lazy("Successor"), required=False)
    share = Amount(
        label=gettext_lazy("What the successor takes, %"),
        required=False,
        min_value=Decimal("0.01"),
        max_value=Decimal(100),
        help_text=gettext_lazy("Of what the product no longer brings. Empty: nothing."),
    )
    comment = _comment()

    def __init__(self, *given: Any, products: Sequence[str], **named: Any) -> None:
        super().__init__(*given, **named)
        choices = [("", _("Choose one")), *((each, names.name_part(each)) for each in products)]
        for name in ("product", "successor"):
            field = self.fields[name]
            assert isinstance(field, forms.ChoiceField)
            field.choices = choices

    def build(self, visitor: Visitor, at: datetime) -> PhaseOut:
        """Raises InvalidPhaseOut."""
        said = self.cleaned_data
        return PhaseOut(
            id=0,
            product=said["product"],
            last_month=said["last_month"],
            new_until=said["new_until"],
            successor=said["successor"],
            share=None if said["share"] is None else said["share"] / 100,
            comment=said["comment"].strip(),
            author=visitor.name,
            role=visitor.role,
            made_at=at,
        )
