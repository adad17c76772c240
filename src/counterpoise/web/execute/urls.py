"""Addresses of the actions. An action's id may hold any letter, so it comes last."""

from django.urls import path

from counterpoise.web.execute import changes, views

app_name = "execute"
urlpatterns = [
    path("", views.go_to_newest, name="overview"),
    path("<str:period>/", views.list_actions, name="period"),
    path("<str:period>/action/<path:action>", views.show_action, name="action"),
    path("<str:period>/assign/<path:action>", changes.assign, name="assign"),
    path("<str:period>/state/<path:action>", changes.move, name="state"),
    path("<str:period>/due/<path:action>", changes.put_off, name="due"),
]
