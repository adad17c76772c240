"""Addresses of the audit trail."""

from django.urls import path

from counterpoise.web.audit import views

app_name = "audit"
urlpatterns = [
    path("", views.list_entries, name="list"),
    path("<int:number>/", views.show_entry, name="entry"),
]
