"""Addresses of the outbox, which is a part of step five."""

from django.urls import path

from counterpoise.web.outbox import changes, views

app_name = "outbox"
urlpatterns = [
    path("", views.show_outbox, name="overview"),
    path("propose/", changes.propose, name="propose"),
    path("release/", changes.release, name="release"),
    path("pause/", changes.pause, name="pause"),
    path("resume/", changes.resume, name="resume"),
    path("<int:push>/", views.show_push, name="push"),
    path("<int:push>/decide/", changes.decide, name="decide"),
]
