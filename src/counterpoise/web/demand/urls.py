"""Addresses of demand."""

from django.urls import path

from counterpoise.web.demand import (
    calls,
    coverage,
    exceptions,
    explorer,
    inspection,
    launching,
    leads,
    locking,
    overriding,
    phasing_out,
    recurring,
    views,
    volumes,
)

app_name = "demand"
urlpatterns = [
    path("", views.go_to_newest, name="overview"),
    path("value-added/", views.show_value_added, name="value-added"),
    path("coverage/", coverage.show_coverage, name="coverage"),
    path("calls/", calls.go_to_calls, name="calls-now"),
    path("recurring/", recurring.show_recurring, name="recurring"),
    path("series/", explorer.show_series, name="series"),
    path("inspection/", inspection.go_to_newest, name="inspect"),
    path("leads/", leads.show_leads, name="leads"),
    path("leads/lead", leads.show_lead, name="lead"),
    path("launches/", launching.list_launches, name="launches"),
    path("launches/new/", launching.launch, name="launch"),
    path("launches/phase-out/", phasing_out.phase_out, name="phase-out"),
    path("launches/<int:launch_id>/withdraw", launching.withdraw, name="withdraw-launch"),
    path(
        "launches/phase-out/<int:phase_out_id>/withdraw",
        phasing_out.withdraw,
        name="withdraw-phase-out",
    ),
    path("series/publish", explorer.publish, name="publish-series"),
    path("series/mark", explorer.mark, name="mark"),
    path("series/marks/<int:mark_id>/withdraw", explorer.withdraw_mark, name="withdraw-mark"),
    path("overrides/<int:override_id>/", overriding.go_to_cell, name="made"),
    path("<str:period>/", views.show_period, name="period"),
    path("<str:period>/exceptions/", exceptions.show_exceptions, name="exceptions"),
    path("<str:period>/inspection/", inspection.show_inspection, name="inspection"),
    path("<str:period>/inspection/deal", inspection.show_deal, name="inspected-deal"),
    path("<str:period>/volumes/", volumes.show_volumes, name="volumes"),
    path("<str:period>/calls/", calls.show_calls, name="calls"),
    path("<str:period>/calls/submit", calls.submit, name="call"),
    path("<str:period>/cell", overriding.show_cell, name="cell"),
    path("<str:period>/cell/preview", overriding.preview, name="preview"),
    path("<str:period>/cell/override", overriding.make, name="override"),
    path("<str:period>/cell/lock", locking.lock, name="lock"),
    path("<str:period>/overrides/<int:override_id>/unlock", locking.unlock, name="unlock"),
    path("<str:period>/overrides/", overriding.list_overrides, name="overrides"),
    path("<str:period>/overrides/<int:override_id>/withdraw", overriding.withdraw, name="withdraw"),
]
