"""Django's settings. What an operator chooses comes from the environment; the rest is the house's."""

from __future__ import annotations

from urllib.parse import urlsplit

from csp.constants import NONE, SELF

from portico.config import environment, refusals
from portico.config.accounts import *
from portico.config.environment import WrongSetting
from portico.platform.kernel import logs

env = environment.read()
HOME = environment.root()
VAR = environment.make_var()

PORTICO_DEMO = environment.flag("PORTICO_DEMO")
PORTICO_TESTING = environment.flag("PORTICO_TESTING")
PORTICO_DEMO_PUBLIC = env.str("PORTICO_DEMO_PUBLIC", default="")
DEBUG = False

BASE_URL = environment.base_url(env)
_https = BASE_URL.startswith("https://")
_host = urlsplit(BASE_URL).hostname or ""
_loopback = ["127.0.0.1", "localhost", "[::1]"] if PORTICO_DEMO or PORTICO_TESTING else []
ALLOWED_HOSTS = [_host, *env.list("PORTICO_HOSTS", default=[]), *_loopback]
CSRF_TRUSTED_ORIGINS = [BASE_URL]
# How many proxies of ours stand in front. Only what they wrote into X-Forwarded-For counts.
PORTICO_TRUSTED_PROXIES = environment.number("PORTICO_TRUSTED_PROXIES", 0)
ALLAUTH_TRUSTED_PROXY_COUNT = PORTICO_TRUSTED_PROXIES
if PORTICO_TRUSTED_PROXIES:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# --- secrets ---------------------------------------------------------------------------
SECRET_KEY = env.str("PORTICO_SECRET_KEY", default="")
SECRET_KEY_FALLBACKS = env.list("PORTICO_SECRET_KEY_FALLBACKS", default=[])
PORTICO_DATA_KEYS = environment.data_keys(env.str("PORTICO_DATA_KEYS", default=""))
if PORTICO_TESTING or PORTICO_DEMO:
    SECRET_KEY = SECRET_KEY or environment.kept_secret(VAR / "demonstration-secret-key")
    PORTICO_DATA_KEYS = PORTICO_DATA_KEYS or environment.demonstration_data_keys(VAR)
if not SECRET_KEY:
    raise WrongSetting(
        "PORTICO_SECRET_KEY is not set. Make one of at least 50 random characters and keep it secret."
    )

# --- tests only ------------------------------------------------------------------------
PORTICO_TEST_CLOCK = env.str("PORTICO_TEST_CLOCK", default="")
PORTICO_CRASH_AT = env.str("PORTICO_CRASH_AT", default="")

# --- the organisation ------------------------------------------------------------------
PORTICO_ORGANISATION = env.str("PORTICO_ORGANISATION", default="Harbor Street Clinic")
PORTICO_PHONE = env.str("PORTICO_PHONE", default="555-010-0199")
PORTICO_HOURS = env.str("PORTICO_HOURS", default="")
PORTICO_ADDRESS = env.str("PORTICO_ADDRESS", default="")
PORTICO_COUNTRY = env.str("PORTICO_COUNTRY", default="US").upper()
PORTICO_CURRENCY = env.str("PORTICO_CURRENCY", default="USD").upper()
PORTICO_BILLS_SINCE = env.str("PORTICO_BILLS_SINCE", default="")  # ISO date; empty: 12 months
# May somebody whom nobody matches become a new patient at once? Else staff decide.
PORTICO_NEW_PATIENTS = environment.flag("PORTICO_NEW_PATIENTS")
PORTICO_LANGUAGES = env.list("PORTICO_LANGUAGES", default=["en", "es", "fr", "ar"])

# --- applications ----------------------------------------------------------------------
INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "allauth",
    "allauth.account",
    "allauth.mfa",
    "allauth.usersessions",
    "oauth2_provider",
    "django_tasks",
    "django_tasks_db",
    "django_htmx",
    "csp",
    "portico.platform.identity",
    "portico.platform.audit",
    "portico.platform.jobs",
    "portico.platform.inbox",
    "portico.platform.files",
    "portico.ledger",
    "portico.record",
    "portico.domain.people",
    "portico.domain.intake",
    "portico.domain.billing",
    "portico.domain.payments",
    "portico.domain.worklist",
    "portico.domain.notices",
    "portico.ui",
    "portico.config",
]
MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "portico.platform.gate.requests.RequestNumberMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "csp.middleware.CSPMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.locale.LocaleMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portico.platform.identity.sessions.SessionLimitsMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "allauth.account.middleware.AccountMiddleware",
]
ROOT_URLCONF = "portico.config.urls"
WSGI_APPLICATION = "portico.config.wsgi.application"
APPEND_SLASH = False
TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "loaders": [("django.template.loaders.cached.Loader", ["portico.ui.loading.Loader"])],
            "builtins": ["portico.ui.components"],
        },
    }
]

# --- data ------------------------------------------------------------------------------
DATABASES = {"default": environment.database(env, VAR)}
_database = DATABASES["default"]
if "sqlite" in _database["ENGINE"]:
    # FULL, because a payment that was confirmed must survive a power cut (ADR 2).
    _database["OPTIONS"] = {
        "transaction_mode": "IMMEDIATE",
        "timeout": 20,
        "init_command": "PRAGMA journal_mode=WAL;PRAGMA synchronous=FULL;",
    }
    _database["CONN_MAX_AGE"] = None
else:
    _database["CONN_MAX_AGE"] = 600
    _database["CONN_HEALTH_CHECKS"] = True
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"
CACHES = {
    "default": env.cache_url("CACHE_URL", default="dbcache://portico_cache"),
}
if not CACHES["default"]["BACKEND"].endswith("RedisCache"):
    # Rate limits stand here: the usual 300 entries would forget them under a flood.
    CACHES["default"].setdefault("OPTIONS", {}).setdefault("MAX_ENTRIES", 100_000)
FILES_URL = env.str("FILES_URL", default=f"file://{VAR / 'files'}")
STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
WHITENOISE_USE_FINDERS = True
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

# --- language, time --------------------------------------------------------------------
LANGUAGE_CODE = "en"
LANGUAGES = [
    (code, name)
    for code, name in [("en", "English"), ("es", "Español"), ("fr", "Français"), ("ar", "العربية")]
    if code in PORTICO_LANGUAGES
]
USE_TZ = True
TIME_ZONE = env.str("PORTICO_TIME_ZONE", default="America/Los_Angeles")

# --- mail ------------------------------------------------------------------------------
_email = env.email_url("EMAIL_URL", default=f"filemail://{VAR / 'mail'}")
vars().update(_email)
DEFAULT_FROM_EMAIL = env.str("PORTICO_MAIL_FROM", default="portal@example.org")

# --- paying ----------------------------------------------------------------------------
PORTICO_GATEWAY = env.str("PORTICO_GATEWAY", default="sandbox" if PORTICO_DEMO else "")
PORTICO_SANDBOX_URL = env.str("PORTICO_SANDBOX_URL", default="http://127.0.0.1:8010")
PORTICO_STRIPE_SECRET_KEY = env.str("PORTICO_STRIPE_SECRET_KEY", default="")
PORTICO_STRIPE_WEBHOOK_SECRETS = env.list("PORTICO_STRIPE_WEBHOOK_SECRETS", default=[])

# --- headers, cookies -------------------------------------------------------------------
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": [SELF],
        "img-src": [SELF, "data:"],
        "object-src": [NONE],
        "base-uri": [NONE],
        "frame-ancestors": [NONE],
        "form-action": [SELF],
    }
}
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
SECURE_CONTENT_TYPE_NOSNIFF = True
X_FRAME_OPTIONS = "DENY"
LANGUAGE_COOKIE_HTTPONLY = True
LANGUAGE_COOKIE_SAMESITE = "Lax"
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = LANGUAGE_COOKIE_SECURE = _https
# `__Host-` cannot be had over plain HTTP, which only the demonstration on loopback speaks.
_cookie = "__Host-" if _https else ""
SESSION_COOKIE_NAME = f"{_cookie}portico"
CSRF_COOKIE_NAME = f"{_cookie}portico-csrf"
LANGUAGE_COOKIE_NAME = f"{_cookie}portico-language"
if _https:
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SECURE_HSTS_INCLUDE_SUBDOMAINS = True
MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN = not _https

# --- logs --------------------------------------------------------------------------------
LOGGING = logs.logging_settings(words=environment.flag("PORTICO_LOG_WORDS"))
logs.configure()

if _problems := refusals.problems_of(globals()):
    raise WrongSetting("\n".join(_problems))
