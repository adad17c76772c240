"""Words for the codes of overrides, occasions and marks.

A code that the business added is shown as it wrote it.
"""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from counterpoise.store.marks import KeptMark

REASONS = {
    "large_deal": _("large deal"),
    "lost_customer": _("lost customer"),
    "campaign": _("campaign"),
    "price_change": _("price change"),
    "supply_limit": _("supply limit"),
    "market_change": _("market change"),
    "wrong_data": _("wrong data"),
    "other": _("other"),
    "locked": _("locked"),
}
ROLES = {
    "administrator": _("administrator"),
    "operations": _("sales operations"),
    "leader": _("sales leader"),
    "rep": _("sales rep"),
    "finance": _("finance"),
    "marketing": _("marketing"),
    "executive": _("executive"),
    "viewer": _("viewer"),
}


OCCASIONS = {
    "ramadan": _("Ramadan"),
    "eid": _("Eid"),
    "promotion": _("promotion"),
    "launch": _("launch"),
}
FEASTS = {
    "Ramadan": _("Ramadan"),
    "Eid al-Fitr": _("Eid al-Fitr"),
    "Eid al-Adha": _("Eid al-Adha"),
}
REPLACED = {
    "outlier": _("outlier, found by the numbers"),
    "one_off": _("one-off"),
    "lost_sales": _("lost sales"),
}


def name_occasion(code: str) -> str:
    return str(OCCASIONS[code])


def name_feast(name: str) -> str:
    """Of the Hijri calendar; any other is called as the data has it."""
    return str(FEASTS.get(name, name))


def name_replaced(code: str) -> str:
    """Why a period was not learned from as it came."""
    return str(REPLACED[code])


def name_kept(kept: KeptMark) -> str:
    if kept.is_current:
        return gettext("holds")
    return gettext("withdrawn by {who}").format(who=kept.withdrawn_by or gettext("command line"))


def name_reason(code: str) -> str:
    return str(REASONS.get(code, code.replace("_", " ")))


def name_role(code: str) -> str:
    return str(ROLES.get(code, code))


def name_unit(measure: str, currency: str) -> str:
    """What a measure's amounts are counted in."""
    return gettext("deals") if measure == "won_deals" else currency or gettext("money")
