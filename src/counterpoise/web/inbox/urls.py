"""Addresses of the inbox."""

from django.urls import path

from counterpoise.web.inbox import views

app_name = "inbox"
urlpatterns = [
    path("", views.list_items, name="list"),
    path("read", views.read_all, name="read-all"),
    path("<int:item_id>/open", views.open_item, name="open"),
    path("<int:item_id>/read", views.read_item, name="read"),
]
