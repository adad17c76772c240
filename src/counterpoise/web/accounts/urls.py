"""Addresses of my account."""

from django.urls import path

from counterpoise.web.accounts import views

app_name = "account"
urlpatterns = [
    path("", views.show_account, name="overview"),
    path("preferences", views.change_preferences, name="preferences"),
    path("password/", views.change_password, name="password"),
    path("sessions/end", views.end_other_sessions, name="end-other-sessions"),
    path("sessions/<int:session_id>/end", views.end_session, name="end-session"),
    path("tokens/", views.list_tokens, name="tokens"),
    path("tokens/new/", views.make_token, name="make-token"),
    path("tokens/<int:token_id>/revoke", views.revoke_token, name="revoke-token"),
]
