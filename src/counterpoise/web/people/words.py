"""What roles and rights are called."""

from collections.abc import Mapping

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from counterpoise.domain.values.rights import Right, Role

Words = str | Promise
ROLE_WORDS: Mapping[Role, Words] = {
    "administrator": _("Administrator"),
    "operations": _("Sales operations"),
    "leader": _("Sales leader"),
    "rep": _("Rep"),
    "finance": _("Finance"),
    "marketing": _("Marketing"),
    "executive": _("Executive"),
    "viewer": _("Viewer"),
}
RIGHT_WORDS: Mapping[Right, Words] = {
    "read_plan": _("Read plans and forecasts"),
    "read_data": _("Read data health and measures of the company"),
    "read_people_records": _("Read records and figures of single people, as far as the role sees"),
    "read_reports": _("Read whole reports and workbooks, which name everybody"),
    "load_data": _("Load data"),
    "run_cycle": _("Run the cycle"),
    "override": _("Override the forecast"),
    "lock_forecast": _("Lock and unlock figures of the forecast"),
    "submit_calls": _("Call a forecast for oneself or one's own team"),
    "edit_rules": _("Change the rulebook"),
    "edit_scenarios": _("Make and change scenarios"),
    "freeze_plan": _("Freeze a plan for sign-off"),
    "keep_minutes": _("Keep the minutes of the meeting"),
    "sign_plan": _("Sign plans"),
    "work_actions": _("Work on actions"),
    "assign_actions": _("Give actions to people"),
    "push_changes": _("Send changes to other systems"),
    "comment": _("Comment"),
    "manage_people": _("Manage people and access"),
    "read_audit": _("Read the audit trail"),
}
