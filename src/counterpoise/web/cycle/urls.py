"""Addresses of the cycle's pages."""

from django.urls import path

from counterpoise.web.cycle import comparing, views

app_name = "cycle"
urlpatterns = [
    path("", views.list_cycles, name="list"),
    path("run", views.run, name="run"),
    path("compare", comparing.compare, name="compare"),
    path("<str:run_id>/report.<str:language>.html", views.show_report, name="report"),
    path("<str:run_id>/report.<str:language>.xlsx", views.download_workbook, name="workbook"),
]
