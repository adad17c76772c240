"""Words for the codes of an inspection."""

from django.utils.translation import gettext_lazy as _

NOT_TOLD = _("not recorded")
FLAG_NAMES = {
    "slipped": _("slipped"),
    "stalled": _("stalled"),
    "quiet": _("no activity"),
    "hygiene": _("not kept up"),
    "amount": _("amount out of line"),
}
FLAG_MEANINGS = {
    "slipped": _("Its close date is past, was put off often, or was put off out of the quarter."),
    "stalled": _("It stands in its stage for longer than most deals of its segment that were won."),
    "quiet": _("Nothing was done with the customer for longer than with most that were won."),
    "hygiene": _("Something is missing, its owner is gone, or its close date is too soon."),
    "amount": _("Its amount is far from what such deals are won for."),
}
REASON_NAMES = {
    "overdue": _("close date past"),
    "pushed_often": _("put off often"),
    "pushed_out": _("put off out of the quarter"),
    "long_in_stage": _("long in its stage"),
    "long_open": _("open for long"),
    "long_quiet": _("silent for long"),
    "quiet_by_rule": _("silent for long"),
    "no_amount": _("no amount"),
    "no_close_date": _("no close date"),
    "no_owner": _("no owner"),
    "owner_left": _("owner left"),
    "no_next_step": _("no next step"),
    "soon_for_stage": _("close date too soon"),
    "soon_for_age": _("close date too soon"),
    "too_large": _("amount very large"),
    "too_small": _("amount very small"),
}
LIMIT_NAMES = {
    "stay": _("days in a stage, at most"),
    "age": _("days until won, at most"),
    "silence": _("days of silence, at most"),
    "soon": _("days from a stage until won, at least"),
    "soon_age": _("days until won, at least"),
    "amount_low": _("amount, at least"),
    "amount_high": _("amount, at most"),
}
EVENT_NAMES = {
    "created": _("created"),
    "activity": _("activity"),
    "stage": _("stage"),
    "status": _("status"),
    "amount": _("amount"),
    "owner_id": _("owner"),
    "expected_close_on": _("close date"),
    "probability": _("probability in the CRM"),
    "forecast_category": _("forecast category"),
    "product_id": _("product"),
    "next_step": _("next step"),
}
