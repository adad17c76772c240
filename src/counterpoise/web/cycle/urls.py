"""Addresses of the cycle's pages."""

from django.urls import path

from counterpoise.web.cycle import views

app_name = "cycle"
urlpatterns = [
    path("", views.list_cycles, name="list"),
    path("<str:run_id>/report.<str:language>.html", views.show_report, name="report"),
    path("<str:run_id>/report.<str:language>.xlsx", views.download_workbook, name="workbook"),
]
