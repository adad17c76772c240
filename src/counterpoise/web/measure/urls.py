"""Addresses of looking back."""

from django.urls import path

from counterpoise.web.measure import views

app_name = "measure"
urlpatterns = [
    path("", views.show_record, name="overview"),
    path("<str:period>/", views.show_period, name="period"),
]
