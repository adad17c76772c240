"""Addresses of the rulebook. A rule is named by `key` and `subject` in the query."""

from django.urls import path

from counterpoise.web.rulebook import views

app_name = "rulebook"
urlpatterns = [
    path("", views.list_rules, name="list"),
    path("difference/", views.show_difference, name="difference"),
    path("rule/", views.show_rule, name="rule"),
    path("rule/change", views.change_rule, name="change"),
]
