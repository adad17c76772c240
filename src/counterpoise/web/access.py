"""Which right opens which page: one table, and a gate that knows nothing else.

A page that is in no table is hidden from everybody, so a new page that nobody placed shows itself
by its absence and never by a leak. What someone may not open answers as if it were not there (404).
Which records a page shows is a question for the visitor's reach (`Visitor.sees_person`).
"""

from collections.abc import Callable
from typing import cast

from django.contrib.auth.base_user import AbstractBaseUser
from django.http import Http404, HttpRequest, HttpResponse

from counterpoise.domain.values.rights import Right, Visitor
from counterpoise.store import people

PUBLIC = frozenset(
    {
        "sign-in",
        "account_login",  # the same page, as the library calls it
        "mfa_authenticate",
        "openid_connect_login",
        "openid_connect_callback",
        "invitation",
        "new-password",
        "hook",  # whoever sends here signs what is sent
    }
)
"""Pages without an account."""
OPEN = frozenset(
    {
        "home",
        "sign-out",
        "account_reauthenticate",
        "mfa_reauthenticate",
        "mfa_activate_totp",
        "mfa_deactivate_totp",
        "mfa_view_recovery_codes",
        "mfa_generate_recovery_codes",
        "account:overview",
        "account:preferences",
        "account:password",
        "account:end-session",
        "account:end-other-sessions",
        "account:tokens",
        "account:make-token",
        "account:revoke-token",
        "collect:overview",
        "collect:waterfall",  # of the company or of one's own deals: its view says whose
        "demand:recurring",  # of the company or of one's own accounts: its view says whose
        "work:job",
        "work:stop",
        "api-reference",
        "execute:overview",
        "execute:period",
        "execute:action",
        "inbox:list",
        "inbox:open",
        "inbox:read",
        "inbox:read-all",
    }
)
"""Pages that everybody with an account has."""
OPEN_TO_TOKENS = frozenset(
    {
        "api:show_openapi",
        "api:show_me",
        "api:list_jobs",
        "api:show_job",
        "api:stop_job",
        "api:list_actions",
        "api:show_action",
        "api:list_inbox",
        "api:read_item",
        "api:read_all",
        "api:list_comments",
        "api:show_waterfall",
        "api:show_recurring",
    }
)
"""Operations that every token has; which jobs, actions, items … it sees is for their views."""
NEEDS: dict[str, Right] = {
    "collect:upload": "load_data",
    "collect:mapping": "load_data",
    "collect:confirm": "load_data",
    "collect:discard": "load_data",
    "collect:judge": "load_data",
    "collect:hooks": "load_data",
    "collect:hook": "load_data",
    "collect:hook-rotate": "load_data",
    "collect:hook-remove": "load_data",
    "collect:hook-replay": "load_data",
    "collect:hook-meaning": "load_data",
    "collect:hook-confirm": "load_data",
    "collect:delivery": "load_data",
    "collect:alerts": "load_data",
    "collect:add-alert": "load_data",
    "collect:test-alert": "load_data",
    "collect:remove-alert": "load_data",
    "collect:connections": "load_data",
    "collect:connect": "load_data",
    "collect:connection": "load_data",
    "collect:change-connection": "load_data",
    "collect:test-connection": "load_data",
    "collect:refresh-connection": "load_data",
    "collect:schedule-connection": "load_data",
    "collect:pause-connection": "load_data",
    "collect:remove-connection": "load_data",
    "collect:loads": "read_data",
    "collect:load": "read_data",
    "collect:quarantine": "read_people_records",
    "collect:identity": "read_people_records",
    "collect:doubts": "read_people_records",
    "collect:doubt": "read_people_records",
    "collect:customer": "read_people_records",
    "collect:lead-accounts": "read_people_records",
    "collect:lead-account": "read_people_records",
    "collect:match": "load_data",
    "collect:merge": "load_data",
    "collect:undo": "load_data",
    "collect:verify": "load_data",
    "collect:enrichment": "read_people_records",
    "collect:enrich": "load_data",
    "collect:add-provider": "load_data",
    "collect:provider": "load_data",
    "collect:pause-provider": "load_data",
    "collect:remove-provider": "load_data",
    "collect:conflict": "read_people_records",
    "collect:settle": "load_data",
    "collect:health": "read_data",
    "collect:health-trend": "read_data",
    "collect:health-cost": "read_data",
    "collect:measures": "read_data",
    "collect:measure": "read_data",
    "collect:fix-lists": "read_people_records",
    "collect:finding": "read_people_records",
    "collect:people": "read_people_records",
    "collect:rows": "read_people_records",
    "collect:own-measures": "read_data",
    "collect:own-measure": "read_data",
    "collect:define-measure": "edit_rules",
    "collect:withdraw-measure": "edit_rules",
    "collect:process": "read_data",
    "collect:movements": "read_people_records",
    "cycle:list": "read_plan",
    "cycle:run": "run_cycle",
    "cycle:compare": "read_plan",
    "cycle:report": "read_reports",
    "cycle:workbook": "read_reports",
    "demand:overview": "read_plan",
    "demand:period": "read_plan",
    "demand:cell": "read_plan",
    "demand:overrides": "read_plan",
    "demand:made": "read_plan",
    "demand:value-added": "read_plan",
    "demand:coverage": "read_plan",
    "demand:series": "read_plan",
    "demand:launches": "read_plan",
    "demand:launch": "override",
    "demand:phase-out": "override",
    "demand:withdraw-launch": "override",
    "demand:withdraw-phase-out": "override",
    "demand:mark": "override",
    "demand:withdraw-mark": "override",
    "demand:exceptions": "read_plan",
    "demand:inspect": "read_people_records",
    "demand:inspection": "read_people_records",
    "demand:inspected-deal": "read_people_records",
    "demand:volumes": "read_plan",
    "demand:calls": "read_people_records",
    "demand:calls-now": "read_people_records",
    "demand:call": "submit_calls",
    "demand:preview": "override",
    "demand:override": "override",
    "demand:withdraw": "override",
    "demand:lock": "lock_forecast",
    "demand:unlock": "lock_forecast",
    "supply:overview": "read_plan",
    "supply:period": "read_plan",
    "reconcile:overview": "read_plan",
    "reconcile:period": "read_plan",
    "reconcile:plan": "read_plan",
    "reconcile:compare": "read_plan",
    "reconcile:scenario": "read_plan",
    "reconcile:new": "edit_scenarios",
    "reconcile:make": "edit_scenarios",
    "reconcile:change": "edit_scenarios",
    "reconcile:archive": "edit_scenarios",
    "reconcile:bring-back": "edit_scenarios",
    "reconcile:solve": "edit_scenarios",
    "reconcile:promote": "edit_scenarios",
    "reconcile:step-back": "edit_scenarios",
    "signoff:overview": "read_plan",
    "signoff:version": "read_plan",
    "signoff:pack": "read_plan",
    "signoff:freeze": "freeze_plan",
    "signoff:sign": "sign_plan",
    "signoff:verify": "read_audit",
    "signoff:note": "keep_minutes",
    "signoff:withdraw-note": "keep_minutes",
    "execute:assign": "assign_actions",
    "execute:due": "assign_actions",
    "execute:state": "work_actions",
    "outbox:overview": "push_changes",
    "outbox:push": "push_changes",
    "outbox:propose": "push_changes",
    "outbox:release": "push_changes",
    "outbox:pause": "push_changes",
    "outbox:resume": "push_changes",
    "outbox:decide": "push_changes",
    "measure:overview": "read_plan",
    "measure:period": "read_plan",
    "rulebook:list": "read_plan",
    "rulebook:difference": "read_plan",
    "rulebook:rule": "read_plan",
    "rulebook:change": "edit_rules",
    "comment": "comment",
    "people:list": "manage_people",
    "people:invite": "manage_people",
    "people:invitation": "manage_people",
    "people:withdraw": "manage_people",
    "people:person": "manage_people",
    "people:change": "manage_people",
    "people:deactivate": "manage_people",
    "people:activate": "manage_people",
    "people:password-link": "manage_people",
    "audit:list": "read_audit",
    "audit:entry": "read_audit",
    "api:list_cycles": "read_plan",
    "api:run_cycle": "run_cycle",
    "api:show_cycle": "read_plan",
    "api:send_report": "read_reports",
    "api:show_standing": "read_plan",
    "api:list_hooks": "load_data",
    "api:make_hook": "load_data",
    "api:show_hook": "load_data",
    "api:propose_meaning": "load_data",
    "api:confirm_meaning": "load_data",
    "api:rotate_secret": "load_data",
    "api:remove_hook": "load_data",
    "api:list_deliveries": "load_data",
    "api:replay_deliveries": "load_data",
    "api:list_loads": "read_data",
    "api:show_load": "read_data",
    "api:upload_files": "load_data",
    "api:list_alert_addresses": "load_data",
    "api:add_alert_address": "load_data",
    "api:try_alert_address": "load_data",
    "api:remove_alert_address": "load_data",
    "api:list_connections": "load_data",
    "api:add_connection": "load_data",
    "api:show_connection": "load_data",
    "api:show_history": "load_data",
    "api:change_connection": "load_data",
    "api:schedule_connection": "load_data",
    "api:pause_connection": "load_data",
    "api:resume_connection": "load_data",
    "api:remove_connection": "load_data",
    "api:try_connection": "load_data",
    "api:refresh_connection": "load_data",
    "api:show_upload": "load_data",
    "api:confirm_upload": "load_data",
    "api:discard_upload": "load_data",
    "api:list_quarantined": "read_data",
    "api:show_identity": "read_people_records",
    "api:list_pairs": "read_people_records",
    "api:show_customer": "read_people_records",
    "api:list_leads": "read_people_records",
    "api:show_lead": "read_people_records",
    "api:judge_lead": "load_data",
    "api:match_records": "load_data",
    "api:give_verdict": "load_data",
    "api:merge_customers": "load_data",
    "api:undo_merge": "load_data",
    "api:verify_value": "load_data",
    "api:list_enriched": "read_people_records",
    "api:list_conflicts": "read_people_records",
    "api:settle_conflict": "load_data",
    "api:verify_field": "load_data",
    "api:list_providers": "read_people_records",
    "api:show_provider": "load_data",
    "api:add_provider": "load_data",
    "api:change_provider": "load_data",
    "api:pause_provider": "load_data",
    "api:resume_provider": "load_data",
    "api:remove_provider": "load_data",
    "api:run_enrichment": "load_data",
    "api:show_health": "read_data",
    "api:show_health_trend": "read_data",
    "api:show_health_cost": "read_data",
    "api:judge_data": "load_data",
    "api:list_fixes": "read_people_records",
    "api:list_found_rows": "read_people_records",
    "api:list_measures": "read_data",
    "api:list_measured_rows": "read_people_records",
    "api:list_own_measures": "read_data",
    "api:show_own_measure": "read_data",
    "api:define_measure": "edit_rules",
    "api:withdraw_measure": "edit_rules",
    "api:show_process": "read_data",
    "api:list_movements": "read_people_records",
    "api:show_demand": "read_plan",
    "api:list_overrides": "read_plan",
    "api:make_override": "override",
    "api:preview_override": "override",
    "api:withdraw_override": "override",
    "api:lock_figure": "lock_forecast",
    "api:unlock_figure": "lock_forecast",
    "api:list_value_added": "read_plan",
    "api:show_coverage": "read_plan",
    "api:list_launches": "read_plan",
    "api:propose_analogues": "override",
    "api:decide_launch": "override",
    "api:withdraw_launch": "override",
    "api:decide_phase_out": "override",
    "api:withdraw_phase_out": "override",
    "api:show_series": "read_plan",
    "api:list_marks": "read_plan",
    "api:make_mark": "override",
    "api:withdraw_mark": "override",
    "api:list_exceptions": "read_plan",
    "api:show_inspection": "read_people_records",
    "api:list_inspected_deals": "read_people_records",
    "api:show_inspected_deal": "read_people_records",
    "api:show_change": "read_plan",
    "api:show_volumes": "read_plan",
    "api:list_calls": "read_people_records",
    "api:submit_call": "submit_calls",
    "api:list_submitters": "read_people_records",
    "api:show_consensus": "read_plan",
    "api:show_supply": "read_plan",
    "api:list_plans": "read_plan",
    "api:show_plan": "read_plan",
    "api:verify_plan": "read_plan",
    "api:list_scenarios": "read_plan",
    "api:show_scenario": "read_plan",
    "api:make_scenario": "edit_scenarios",
    "api:change_scenario": "edit_scenarios",
    "api:solve_scenario": "edit_scenarios",
    "api:promote_scenario": "edit_scenarios",
    "api:archive_scenario": "edit_scenarios",
    "api:bring_back_scenario": "edit_scenarios",
    "api:step_back_scenario": "edit_scenarios",
    "api:list_versions": "read_plan",
    "api:freeze_plan": "freeze_plan",
    "api:show_version": "read_plan",
    "api:verify_version": "read_audit",
    "api:send_pack": "read_plan",
    "api:list_notes": "read_plan",
    "api:keep_note": "keep_minutes",
    "api:withdraw_note": "keep_minutes",
    "api:move_action": "work_actions",
    "api:put_off_action": "assign_actions",
    "api:assign_action": "assign_actions",
    "api:list_pushes": "push_changes",
    "api:show_push": "push_changes",
    "api:propose_pushes": "push_changes",
    "api:release_pushes": "push_changes",
    "api:decide_push": "push_changes",
    "api:list_lines": "push_changes",
    "api:pause_line": "push_changes",
    "api:resume_line": "push_changes",
    "api:show_variance": "read_plan",
    "api:show_record": "read_plan",
    "api:list_rules": "read_plan",
    "api:list_differences": "read_plan",
    "api:show_rule": "read_plan",
    "api:change_rule": "edit_rules",
    "api:add_comment": "comment",
    "api:list_people": "manage_people",
    "api:list_audit": "read_audit",
    "api:show_entry": "read_audit",
}
"""The right that a page needs, by the name of its address."""


class VisitingRequest(HttpRequest):
    """A request behind the gate: it knows who asks."""

    visitor: Visitor


def get_visitor(request: HttpRequest) -> Visitor:
    """Who asks. Raises Http404 where nobody is signed in, so a view cannot forget to ask."""
    if (found := find_visitor(request)) is None:
        raise Http404
    return found


def find_visitor(request: HttpRequest) -> Visitor | None:
    known: Visitor | None = getattr(request, "visitor", None)
    if known is None and request.user.is_authenticated:
        known = people.get_visitor(cast("AbstractBaseUser", request.user))
        cast("VisitingRequest", request).visitor = known
    return known


class Gate:
    """Middleware: stands behind the sign-in and lets through whom the tables let through."""

    def __init__(self, respond: Callable[[HttpRequest], HttpResponse]) -> None:
        self.respond = respond

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.respond(request)

    def process_view(
        self, request: HttpRequest, view: object, arguments: object, named: object
    ) -> None:
        match = request.resolver_match
        name = match.view_name if match is not None else ""
        if name in PUBLIC or name.startswith("api:"):
            return  # the API's own door asks for a token, and a session opens nothing there
        visitor = find_visitor(request)
        if visitor is None:
            return  # the sign-in middleware has sent them to sign in, or the API asks for a token
        if not may_open(visitor, name):
            raise Http404


def may_open(visitor: Visitor, name: str) -> bool:
    """Whether a visitor may open the address of this name."""
    needed = NEEDS.get(name)
    return name in OPEN | OPEN_TO_TOKENS or (needed is not None and visitor.may(needed))
