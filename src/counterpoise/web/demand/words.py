"""Words for the codes of overrides. A code that the business added is shown as it wrote it."""

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

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


def name_reason(code: str) -> str:
    return str(REASONS.get(code, code.replace("_", " ")))


def name_role(code: str) -> str:
    return str(ROLES.get(code, code))


def name_unit(measure: str, currency: str) -> str:
    """What a measure's amounts are counted in."""
    return gettext("deals") if measure == "won_deals" else currency or gettext("money")
