"""What was learned of a customer, beside what its CRM holds."""

from collections.abc import Mapping

from django.utils.translation import gettext_lazy as _

from counterpoise.connectors.documents.names import name_code
from counterpoise.domain.collect.enrichment_laid import Effect, Laid
from counterpoise.web.collect import identity_words as words
from counterpoise.web.collect.enrichment import AUTHORITY_WORDS
from counterpoise.web.tables import Column, Row, Table

EFFECTS: Mapping[Effect, words.Words] = {
    "fills": _("shown, as the CRM has none"),
    "replaces": _("shown, as it counts for more than the CRM"),
    "agrees": _("the CRM says the same"),
    "stands_back": _("stands back behind the CRM"),
}
COLUMNS = (
    Column("field", _("Field")),
    Column("value", _("Value")),
    Column("own", _("In the CRM")),
    Column("effect", _("What follows"), has_choices=True),
    Column("authority", _("Who says it"), has_choices=True),
    Column("provider", _("Provider"), has_choices=True),
    Column("age", _("Age in days"), "number"),
    Column("old", _("State")),
    Column("record", _("Record")),
)


def name_field(field: str) -> str:
    return str(words.FIELDS[field]) if field in words.FIELDS else name_code("attribute", field)


def describe_laid(laid: tuple[Laid, ...]) -> Table:
    return Table(
        name="laid",
        caption=_("What others say of this customer"),
        columns=COLUMNS,
        rows=tuple(
            Row(
                {
                    "field": name_field(each.claim.field),
                    "value": each.claim.value,
                    "own": each.own,
                    "effect": str(EFFECTS[each.effect]),
                    "authority": str(AUTHORITY_WORDS[each.claim.authority]),
                    "provider": each.claim.provider,
                    "age": each.age_days,
                    "old": str(_("older than its limit") if each.is_old else _("current")),
                    "record": each.record,
                }
            )
            for each in laid
        ),
        empty=_("Nobody was asked yet."),
    )
