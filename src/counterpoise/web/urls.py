"""The address bar of the application."""

from django.contrib.auth import views as accounts
from django.contrib.auth.decorators import login_not_required
from django.urls import include, path

from counterpoise.web.cycle import views as cycle

urlpatterns = [
    path("", cycle.go_home, name="home"),
    path("cycle/", include("counterpoise.web.cycle.urls")),
    path(
        "sign-in/",
        login_not_required(accounts.LoginView.as_view(template_name="sign_in.html")),
        name="sign-in",
    ),
    path("sign-out/", accounts.LogoutView.as_view(), name="sign-out"),
]
