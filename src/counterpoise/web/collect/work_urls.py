"""Addresses of long work: how far it is, and how to stop it."""

from django.urls import path

from counterpoise.web.collect import jobs

app_name = "work"
urlpatterns = [
    path("<str:job_id>/", jobs.show_job, name="job"),
    path("<str:job_id>/stop/", jobs.stop_job, name="stop"),
]
