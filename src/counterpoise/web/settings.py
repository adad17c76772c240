"""Settings of the web application, on top of the store's.

COUNTERPOISE_SECRET_KEY signs sessions; without it a key is made once and kept in the workspace,
readable by its owner alone. COUNTERPOISE_HOSTS lists the host names served, besides this machine.
COUNTERPOISE_HTTPS=1 says that a proxy serves the application over TLS: cookies and HSTS follow.
"""

import os
import secrets
from pathlib import Path

from counterpoise.store.settings import *  # noqa: F403 -- Django's settings are one flat module
from counterpoise.store.settings import INSTALLED_APPS as STORE_APPS
from counterpoise.store.settings import WORKSPACE

_KEY_FILE = WORKSPACE / "secret_key"


def _read_secret_key() -> str:
    if key := os.environ.get("COUNTERPOISE_SECRET_KEY"):
        return key
    if not _KEY_FILE.exists():
        _KEY_FILE.touch(mode=0o600)
        _KEY_FILE.write_text(secrets.token_urlsafe(50), "utf-8")
    return _KEY_FILE.read_text("utf-8")


SECRET_KEY = _read_secret_key()
DEBUG = False
ALLOWED_HOSTS = [
    "127.0.0.1",
    "localhost",
    "[::1]",
    *os.environ.get("COUNTERPOISE_HOSTS", "").split(),
]
IS_HTTPS = os.environ.get("COUNTERPOISE_HTTPS") == "1"
INSTALLED_APPS = [
    *STORE_APPS,
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django_htmx",
    "django_tasks",
    "django_tasks_db",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.socialaccount",
    "allauth.socialaccount.providers.openid_connect",
    "allauth.usersessions",
]
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}
AUTHENTICATION_BACKENDS = [
    "django.contrib.auth.backends.ModelBackend",
    "allauth.account.auth_backends.AuthenticationBackend",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "counterpoise.web.policy.add_content_policy",
    "counterpoise.web.acting.act_as_visitor",
    "counterpoise.web.reading.read_as_visitor",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "counterpoise.web.access.Gate",
]
ROOT_URLCONF = "counterpoise.web.urls"
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "counterpoise.web.frame.describe_frame",
            ],
            "builtins": ["counterpoise.web.tags"],
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
WHITENOISE_USE_FINDERS = True
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "cycle:list"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = False
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "SAMEORIGIN"
USE_I18N = True
