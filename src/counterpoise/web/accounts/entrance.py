"""Addresses of signing in. allauth finds some of them by names of its own, which they keep; of its
other pages none is mounted."""

from allauth.socialaccount.providers.openid_connect import views as company
from django.urls import path

from counterpoise.web.accounts import joining, second_step, signing

SIGN_IN = signing.SignIn.as_view()
urlpatterns = [
    path("sign-in/", SIGN_IN, name="sign-in"),
    path("sign-in/", SIGN_IN, name="account_login"),
    path("sign-in/code/", signing.SecondStep.as_view(), name="mfa_authenticate"),
    path("sign-in/again/", signing.PasswordAgain.as_view(), name="account_reauthenticate"),
    path("sign-in/again/code/", signing.CodeAgain.as_view(), name="mfa_reauthenticate"),
    path("sign-in/with/<slug:provider_id>/", company.login, name="openid_connect_login"),
    path("sign-in/with/<slug:provider_id>/back/", company.callback, name="openid_connect_callback"),
    path("sign-out/", signing.sign_out, name="sign-out"),
    path("invitation/<str:secret>/", joining.accept_invitation, name="invitation"),
    path(
        "new-password/<int:person_id>/<str:secret>/",
        joining.choose_password,
        name="new-password",
    ),
    path("account/second-step/", second_step.activate, name="mfa_activate_totp"),
    path("account/second-step/end/", second_step.deactivate, name="mfa_deactivate_totp"),
    path("account/recovery-codes/", second_step.show_codes, name="mfa_view_recovery_codes"),
    path("account/recovery-codes/new/", second_step.make_codes, name="mfa_generate_recovery_codes"),
]
