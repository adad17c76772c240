"""Settings of the web application, on top of the store's.

COUNTERPOISE_SECRET_KEY signs sessions; without it a key is made once and kept in the workspace.
COUNTERPOISE_HOSTS lists the host names served, besides this machine.
COUNTERPOISE_HTTPS=1 says that a proxy serves the application over TLS: cookies and HSTS follow, and
whose request it is stands in X-Forwarded-For.
COUNTERPOISE_UPLOAD_MB limits one uploaded file, COUNTERPOISE_UPLOAD_MB_A_DAY and
COUNTERPOISE_UPLOADS_A_DAY what one person may send within 24 hours, COUNTERPOISE_DISK_RESERVE_MB is
what uploads must leave free on the disk. COUNTERPOISE_OIDC_URL, COUNTERPOISE_OIDC_CLIENT_ID,
COUNTERPOISE_OIDC_SECRET and COUNTERPOISE_OIDC_NAME name the company's own sign-in.
"""

import os
import secrets
from pathlib import Path

from counterpoise.store.keys import read_key
from counterpoise.store.settings import *  # noqa: F403 -- Django's settings are one flat module
from counterpoise.store.settings import INSTALLED_APPS as STORE_APPS
from counterpoise.store.settings import WORKSPACE
from counterpoise.web import company_sign_in

SECRET_KEY = read_key(
    "COUNTERPOISE_SECRET_KEY", WORKSPACE / "secret_key", lambda: secrets.token_urlsafe(50)
)
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
AUTHENTICATION_BACKENDS = ["counterpoise.web.accounts.backend.Backend"]
MIDDLEWARE = [
    "counterpoise.web.policy.add_content_policy",  # first, so that whatever answers carries it
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "counterpoise.web.proxy.know_address",
    "django.middleware.security.SecurityMiddleware",
    "counterpoise.web.policy.refuse_plain_http",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.auth.middleware.LoginRequiredMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "counterpoise.web.acting.act_as_visitor",
    "counterpoise.web.reading.read_as_visitor",
    "django_htmx.middleware.HtmxMiddleware",
    "allauth.account.middleware.AccountMiddleware",
    "counterpoise.web.access.Gate",
    "counterpoise.web.patience.Patience",
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
            "builtins": ["counterpoise.web.tags", "counterpoise.web.inbox.tags"],
        },
    }
]
STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
WHITENOISE_USE_FINDERS = True
WHITENOISE_ALLOW_ALL_ORIGINS = False
CACHES = {
    "default": {
        "BACKEND": "django.core.cache.backends.db.DatabaseCache",
        "LOCATION": "store_sharednote",
        "OPTIONS": {"MAX_ENTRIES": 100_000},
    }
}
LOGIN_URL = "sign-in"
LOGIN_REDIRECT_URL = "home"
LOGOUT_REDIRECT_URL = "sign-in"
SESSION_COOKIE_AGE = 8 * 60 * 60
SESSION_COOKIE_SECURE = IS_HTTPS
CSRF_COOKIE_SECURE = IS_HTTPS
SECURE_SSL_REDIRECT = IS_HTTPS
SECURE_REDIRECT_EXEMPT = [r"^api/v1/", r"^hooks/"]  # policy.refuse_plain_http answers there
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if IS_HTTPS else None
SECURE_HSTS_SECONDS = 2 * 365 * 24 * 60 * 60 if IS_HTTPS else 0
SECURE_HSTS_INCLUDE_SUBDOMAINS = IS_HTTPS
SECURE_HSTS_PRELOAD = IS_HTTPS
SESSION_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_COOKIE_HTTPONLY = True
SESSION_COOKIE_NAME = "__Host-sessionid" if IS_HTTPS else "sessionid"
CSRF_COOKIE_NAME = "__Host-csrftoken" if IS_HTTPS else "csrftoken"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
USE_I18N = True
FILE_UPLOAD_HANDLERS = ["counterpoise.web.collect.receiving.Receiver"]
UPLOAD_LIMITS = {
    "file": int(os.environ.get("COUNTERPOISE_UPLOAD_MB", "200")) << 20,
    "day": int(os.environ.get("COUNTERPOISE_UPLOAD_MB_A_DAY", "1000")) << 20,
    "uploads_a_day": int(os.environ.get("COUNTERPOISE_UPLOADS_A_DAY", "100")),
    "reserve": int(os.environ.get("COUNTERPOISE_DISK_RESERVE_MB", "1024")) << 20,
}
DATA_UPLOAD_MAX_NUMBER_FIELDS = 10_000  # an export of hundreds of columns has a form as long
AUTH_PASSWORD_VALIDATORS = [
    {
        "NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
        "OPTIONS": {"user_attributes": ("username", "name", "email")},
    },
    {
        "NAME": "django.contrib.auth.password_validation.MinimumLengthValidator",
        "OPTIONS": {"min_length": 12},
    },
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]
PASSWORD_RESET_TIMEOUT = 30 * 60
ACCOUNT_ADAPTER = "counterpoise.web.accounts.adapter.Adapter"
ACCOUNT_LOGIN_METHODS = {"username", "email"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "password1*"]  # what sign-in asks for; nobody signs up
ACCOUNT_EMAIL_VERIFICATION = "none"
ACCOUNT_SESSION_REMEMBER = False
ACCOUNT_RATE_LIMITS = {
    "login": None,  # the adapter counts, in the store
    "login_failed": "5/15m/key",  # of one-time codes
    "reauthenticate": "20/15m/user",
}
MFA_ADAPTER = "counterpoise.web.accounts.second_step_secrets.Adapter"
MFA_SUPPORTED_TYPES = ["totp", "recovery_codes"]
MFA_TOTP_ISSUER = "Counterpoise"
MFA_TOTP_TOLERANCE = 1
SOCIALACCOUNT_ADAPTER = "counterpoise.web.accounts.company.Adapter"
SOCIALACCOUNT_LOGIN_ON_GET = True  # the state of the exchange guards it, and a link needs no script
SOCIALACCOUNT_EMAIL_VERIFICATION = "none"
SOCIALACCOUNT_PROVIDERS = company_sign_in.read_provider(os.environ)
LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {"line": {"()": "counterpoise.web.log.OneLine"}},
    "handlers": {"errors": {"class": "logging.StreamHandler", "formatter": "line"}},
    "root": {"handlers": ["errors"], "level": "WARNING"},
    "loggers": {
        "django": {"handlers": [], "level": "WARNING", "propagate": True},
        "django.request": {"handlers": [], "level": "ERROR", "propagate": True},
    },
}
