"""The part of the settings about signing in: names, passwords, second factors, sessions, limits (SECURITY §5)."""

from __future__ import annotations

from datetime import timedelta

from portico.platform.identity import limits

AUTH_USER_MODEL = "identity.Account"
OAUTH2_PROVIDER_APPLICATION_MODEL = "identity.Application"
AUTHENTICATION_BACKENDS = ["portico.platform.identity.signing_in.NamesBackend"]
LOGIN_URL = "/sign-in"
LOGIN_REDIRECT_URL = "/home"
LOGOUT_REDIRECT_URL = "/"

# --- names -----------------------------------------------------------------------------
ACCOUNT_ADAPTER = "portico.platform.identity.signing_in.AccountAdapter"
ACCOUNT_LOGIN_METHODS = {"email", "phone", "username"}
ACCOUNT_SIGNUP_FIELDS = ["username*", "email", "password1*"]
ACCOUNT_UNIQUE_EMAIL = True  # among verified ones; unverified ones may be shared and open nothing
ACCOUNT_EMAIL_VERIFICATION = "none"  # at sign-in; Portico's own flows ask for it where they need it
ACCOUNT_EMAIL_VERIFICATION_BY_CODE_ENABLED = False
ACCOUNT_PRESERVE_USERNAME_CASING = False
ACCOUNT_PREVENT_ENUMERATION = True
ACCOUNT_EMAIL_UNKNOWN_ACCOUNTS = False
ACCOUNT_EMAIL_NOTIFICATIONS = False  # domain/notices writes them, in words of ours
ACCOUNT_EMAIL_SUBJECT_PREFIX = ""
ACCOUNT_LOGIN_BY_CODE_ENABLED = False
ACCOUNT_FORMS = {"reset_password": "portico.platform.identity.signing_in.VerifiedResetForm"}
ACCOUNT_USER_DISPLAY = "portico.platform.identity.models.name_of"

# --- passwords -------------------------------------------------------------------------
PASSWORD_HASHERS = ["portico.platform.identity.passwords.Argon2"]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "portico.platform.identity.passwords.LengthValidator"},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "portico.platform.identity.passwords.StrengthValidator"},
]
PASSWORD_RESET_TIMEOUT = int(timedelta(minutes=30).total_seconds())
ACCOUNT_LOGIN_ON_PASSWORD_RESET = False  # a reset never skips the second factor
ACCOUNT_LOGOUT_ON_PASSWORD_CHANGE = False  # this session stays, all others end with the old hash
ACCOUNT_REAUTHENTICATION_REQUIRED = True
ACCOUNT_REAUTHENTICATION_TIMEOUT = 300

# --- second factors --------------------------------------------------------------------
MFA_ADAPTER = "portico.platform.identity.signing_in.MFAAdapter"
MFA_SUPPORTED_TYPES = ["totp", "webauthn", "recovery_codes"]
MFA_PASSKEY_LOGIN_ENABLED = True
MFA_WEBAUTHN_USER_VERIFICATION = "required"
MFA_TOTP_TOLERANCE = 1  # phones' clocks are half a minute off
MFA_ALLOW_UNVERIFIED_EMAIL = True  # who has no e-mail may have a second factor
MFA_RECOVERY_CODES_SHOW_ONCE = True
MFA_TRUST_ENABLED = False

# --- sessions --------------------------------------------------------------------------
SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = int(limits.ABSOLUTE.total_seconds())
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
ACCOUNT_SESSION_REMEMBER = True  # the limits of platform/identity/sessions are the ones that count
CSRF_COOKIE_HTTPONLY = True
CSRF_COOKIE_SAMESITE = "Lax"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

# --- limits on guessing, on the cache that all processes share ---------------------------
ACCOUNT_RATE_LIMITS = {
    "login": "30/m/ip",
    "login_failed": "10/m/ip,5/300s/key",
    "reset_password": "10/m/ip,3/h/key",
    "reset_password_from_key": "20/m/ip",
    "reauthenticate": "10/m/user",
    "manage_email": "10/m/user",
    "confirm_email": "1/180s/key",
    "verify_phone": "1/30s/key,3/m/ip",
    "change_password": "5/m/user",
    "signup": "20/m/ip",
}
