"""What an installation must not start with (SECURITY §5, Start is refused). Pure: settings in, sentences out."""

from __future__ import annotations

import re
import zoneinfo
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from portico.config.environment import is_loopback

PUBLIC_DEMO = "everybody-may-sign-in-as-anybody"
_EXAMPLES = re.compile(
    r"change|example|secret-?key|demonstration|insecure|password|0{8}", re.IGNORECASE
)
_LIVE = ("sk_live_", "rk_live_")
_TEST = ("sk_test_", "rk_test_")


def problems_of(settings: Mapping[str, Any]) -> list[str]:
    """Every reason not to start, in words; empty when there is none."""
    found = list(_about_values(settings))
    if settings["PORTICO_TESTING"]:
        return found
    if settings["PORTICO_DEMO"]:
        found += _about_the_demonstration(settings)
    else:
        found += _about_production(settings)
        found += _about_connections(settings)
    return found


def _about_values(settings: Mapping[str, Any]) -> Iterator[str]:
    if not re.fullmatch(r"[A-Z]{3}", settings["PORTICO_CURRENCY"]):
        yield "PORTICO_CURRENCY: write the three letters of ISO 4217, such as USD or EUR."
    if not re.fullmatch(r"[A-Z]{2}", settings["PORTICO_COUNTRY"]):
        yield "PORTICO_COUNTRY: write the two letters of ISO 3166, such as US or FR."
    if settings["TIME_ZONE"] not in zoneinfo.available_timezones():
        yield "PORTICO_TIME_ZONE: write a name such as America/New_York or Europe/Paris."
    unknown = sorted(set(settings["PORTICO_LANGUAGES"]) - {"en", "es", "fr", "ar"})
    if unknown or not settings["PORTICO_LANGUAGES"]:
        yield f"PORTICO_LANGUAGES: choose among en, es, fr, ar; not {', '.join(unknown) or 'none'}."
    since = settings["PORTICO_BILLS_SINCE"]
    if since and not re.fullmatch(r"\d{4}-\d{2}-\d{2}", since):
        yield "PORTICO_BILLS_SINCE: write a date such as 2026-01-31."
    if settings["PORTICO_GATEWAY"] not in ("", "sandbox", "stripe"):
        yield "PORTICO_GATEWAY: choose stripe, or leave it empty to take no payments."
    if not settings["FILES_URL"].startswith("file://"):
        yield "FILES_URL: only file:// folders are known so far, such as file:///var/lib/portico/files."


def _about_the_demonstration(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings["PORTICO_STRIPE_SECRET_KEY"].startswith(_LIVE):
        yield "PORTICO_STRIPE_SECRET_KEY: the demonstration takes no live key. Remove it, or PORTICO_DEMO."
    host = urlsplit(settings["BASE_URL"]).hostname
    if not is_loopback(host) and settings["PORTICO_DEMO_PUBLIC"] != PUBLIC_DEMO:
        yield (
            f"PORTICO_BASE_URL: the demonstration shows its passwords to everybody, so it does not serve {host}. "
            f"To do so all the same, set PORTICO_DEMO_PUBLIC={PUBLIC_DEMO}."
        )


def _about_production(settings: Mapping[str, Any]) -> Iterator[str]:
    if settings["DEBUG"]:
        yield "DEBUG must be off."
    key = settings["SECRET_KEY"]
    if len(key) < 50 or len(set(key)) < 10 or _EXAMPLES.search(key):
        yield "PORTICO_SECRET_KEY is short or an example. Make one of at least 50 random characters."
    if not settings["PORTICO_DATA_KEYS"]:
        yield (
            "PORTICO_DATA_KEYS is not set: files and second factors could not be encrypted. Write k1: and "
            "32 random bytes in base64 (`openssl rand -base64 32`), and keep a copy away from the backups."
        )
    if not settings["BASE_URL"].startswith("https://"):
        yield "PORTICO_BASE_URL must begin with https://: health data does not travel in the clear."
    if "*" in settings["ALLOWED_HOSTS"]:
        yield "PORTICO_HOSTS: name the hosts; * would answer to any name."
    for name in ("PORTICO_TEST_CLOCK", "PORTICO_CRASH_AT"):
        if settings[name]:
            yield f"{name} is for tests only. Remove it."
    gateway_key = settings["PORTICO_STRIPE_SECRET_KEY"]
    if settings["PORTICO_GATEWAY"] == "sandbox":
        beside = " beside a live key" if gateway_key.startswith(_LIVE) else ""
        yield f"PORTICO_GATEWAY=sandbox moves no money and stands here{beside}. Use it with PORTICO_DEMO only."
    if settings["PORTICO_GATEWAY"] == "stripe" and gateway_key.startswith(_TEST):
        yield "PORTICO_STRIPE_SECRET_KEY is a test key: no payment would ever arrive. Use the live key."


def _about_connections(settings: Mapping[str, Any]) -> Iterator[str]:
    database = settings["DATABASES"]["default"]
    mode = str(database.get("OPTIONS", {}).get("sslmode", ""))
    host = str(database.get("HOST") or "")
    elsewhere = not is_loopback(host) and not host.startswith("/")
    if elsewhere and mode not in ("require", "verify-ca", "verify-full"):
        yield "DATABASE_URL reaches another machine unencrypted. Add ?sslmode=verify-full."
    mail = settings.get("EMAIL_HOST", "localhost")
    safe = settings.get("EMAIL_USE_TLS") or settings.get("EMAIL_USE_SSL")
    if "smtp" in str(settings.get("EMAIL_BACKEND", "")) and not is_loopback(mail) and not safe:
        yield "EMAIL_URL reaches another machine unencrypted. Begin it with smtp+tls:// or smtp+ssl://."
    cache = str(settings["CACHES"]["default"].get("LOCATION", ""))
    if cache.startswith("redis://") and not is_loopback(urlsplit(cache).hostname):
        yield "CACHE_URL reaches another machine unencrypted. Begin it with rediss://."
