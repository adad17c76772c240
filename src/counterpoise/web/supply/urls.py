"""Addresses of supply."""

from django.urls import path

from counterpoise.web.supply import views

app_name = "supply"
urlpatterns = [
    path("", views.go_to_newest, name="overview"),
    path("<str:period>/", views.show_period, name="period"),
]
