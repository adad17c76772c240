"""Addresses of people and access."""

from django.urls import path

from counterpoise.web.people import views

app_name = "people"
urlpatterns = [
    path("", views.list_people, name="list"),
    path("invite/", views.invite, name="invite"),
    path("invitations/<int:invitation_id>/", views.show_invitation, name="invitation"),
    path("invitations/<int:invitation_id>/withdraw", views.withdraw, name="withdraw"),
    path("<int:person_id>/", views.show_person, name="person"),
    path("<int:person_id>/change", views.change, name="change"),
    path("<int:person_id>/deactivate", views.deactivate, name="deactivate"),
    path("<int:person_id>/activate", views.activate, name="activate"),
    path("<int:person_id>/password-link", views.make_password_link, name="password-link"),
]
