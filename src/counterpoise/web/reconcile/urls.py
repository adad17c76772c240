"""Addresses of reconcile."""

from django.urls import path

from counterpoise.web.reconcile import comparing, editing, scenarios, views

app_name = "reconcile"
urlpatterns = [
    path("", views.go_to_newest, name="overview"),
    path("<str:period>/", views.show_period, name="period"),
    path("<str:period>/plans/<str:plan_id>/", views.show_plan, name="plan"),
    path("<str:period>/compare", comparing.compare, name="compare"),
    path("<str:period>/scenarios/new", editing.open_new, name="new"),
    path("<str:period>/scenarios/make", editing.make, name="make"),
    path("<str:period>/scenarios/step-back", scenarios.step_back, name="step-back"),
    path("<str:period>/scenarios/<int:scenario_id>/", editing.show, name="scenario"),
    path("<str:period>/scenarios/<int:scenario_id>/change", editing.change, name="change"),
    path("<str:period>/scenarios/<int:scenario_id>/solve", scenarios.solve, name="solve"),
    path("<str:period>/scenarios/<int:scenario_id>/archive", scenarios.archive, name="archive"),
    path(
        "<str:period>/scenarios/<int:scenario_id>/bring-back",
        scenarios.bring_back,
        name="bring-back",
    ),
    path("<str:period>/scenarios/<int:scenario_id>/promote", scenarios.promote, name="promote"),
]
