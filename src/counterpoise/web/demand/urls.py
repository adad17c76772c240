"""Addresses of demand."""

from django.urls import path

from counterpoise.web.demand import coverage, exceptions, explorer, overriding, recurring, views

app_name = "demand"
urlpatterns = [
    path("", views.go_to_newest, name="overview"),
    path("value-added/", views.show_value_added, name="value-added"),
    path("coverage/", coverage.show_coverage, name="coverage"),
    path("recurring/", recurring.show_recurring, name="recurring"),
    path("series/", explorer.show_series, name="series"),
    path("overrides/<int:override_id>/", overriding.go_to_cell, name="made"),
    path("<str:period>/", views.show_period, name="period"),
    path("<str:period>/exceptions/", exceptions.show_exceptions, name="exceptions"),
    path("<str:period>/cell", overriding.show_cell, name="cell"),
    path("<str:period>/cell/preview", overriding.preview, name="preview"),
    path("<str:period>/cell/override", overriding.make, name="override"),
    path("<str:period>/overrides/", overriding.list_overrides, name="overrides"),
    path("<str:period>/overrides/<int:override_id>/withdraw", overriding.withdraw, name="withdraw"),
]
