"""Addresses of what was collected."""

from django.urls import path

from counterpoise.web.collect import health, mapping, measures, views

app_name = "collect"
urlpatterns = [
    path("", views.show_overview, name="overview"),
    path("upload/", views.upload, name="upload"),
    path("uploads/<str:upload_id>/", mapping.show_mapping, name="mapping"),
    path("uploads/<str:upload_id>/confirm/", mapping.confirm, name="confirm"),
    path("uploads/<str:upload_id>/discard/", mapping.discard, name="discard"),
    path("loads/", views.list_loads, name="loads"),
    path("loads/<str:load_id>/", views.show_load, name="load"),
    path("quarantine/", views.show_quarantine, name="quarantine"),
    path("health/", health.show_health, name="health"),
    path("health/judge/", health.judge, name="judge"),
    path("health/fix-lists/", health.show_fix_lists, name="fix-lists"),
    path("health/<str:table>/<str:attribute>/<str:rule>/", health.show_finding, name="finding"),
    path("measures/", measures.list_measures, name="measures"),
    path("measures/people/", measures.show_people, name="people"),
    path("measures/<str:name>/", measures.show_measure, name="measure"),
    path("measures/<str:name>/rows/", measures.show_rows, name="rows"),
]
