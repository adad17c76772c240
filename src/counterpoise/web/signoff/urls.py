"""Addresses of a period's versions."""

from django.urls import path

from counterpoise.web.signoff import changes, documents, noting, views

app_name = "signoff"
urlpatterns = [
    path("", views.show_overview, name="overview"),
    path("freeze", changes.freeze, name="freeze"),
    path("notes", noting.add, name="note"),
    path("notes/<int:note_id>/withdraw", noting.withdraw, name="withdraw-note"),
    path("<int:number>/", views.show_version, name="version"),
    path("<int:number>/sign", changes.sign, name="sign"),
    path("<int:number>/verify", changes.verify, name="verify"),
    path("<int:number>/pack.<str:language>.<str:ending>", documents.send_pack, name="pack"),
]
