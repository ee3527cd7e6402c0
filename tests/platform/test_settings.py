"""Wrong settings are refused at start, in a sentence that says which and what to write instead."""

from __future__ import annotations

import base64
import os
import subprocess
import sys

import pytest

from portico.config import refusals

KEY = "k1:" + base64.b64encode(bytes(range(32))).decode()
PRODUCTION = {
    "PORTICO_SECRET_KEY": "Zq4-mJ7_tR9xWc2Lv8NbKs5Hd3Fg6Yp1Qa0Ue-iOoTzXnMlBwVr7",
    "PORTICO_DATA_KEYS": KEY,
    "PORTICO_BASE_URL": "https://portal.clinic.example",
    "PORTICO_DEMO": "",
    "PORTICO_TESTING": "",
    "PORTICO_GATEWAY": "stripe",
    "PORTICO_STRIPE_SECRET_KEY": "sk_live_1",
}
DEMO = {"PORTICO_DEMO": "1", "PORTICO_TESTING": ""}


def _start(tmp_path, **env: str) -> subprocess.CompletedProcess[str]:
    """Load the settings in a process of its own, as `portico` would."""
    ours = ("PORTICO_", "DATABASE_", "FILES_", "EMAIL_", "CACHE_")
    clean = {k: v for k, v in os.environ.items() if not k.startswith(ours)}
    code = "from portico.config import settings as s; print(s.SESSION_COOKIE_NAME, s.ALLOWED_HOSTS)"
    return subprocess.run(
        [sys.executable, "-c", code],
        env={**clean, "PORTICO_HOME": str(tmp_path), **env},
        capture_output=True,
        text=True,
        check=False,
    )


def test_a_sound_production_starts_with_host_bound_cookies(tmp_path):
    started = _start(tmp_path, **PRODUCTION)
    assert started.returncode == 0, started.stderr
    assert started.stdout == "__Host-portico ['portal.clinic.example']\n"


def test_the_demonstration_needs_no_setting_and_keeps_its_own_secrets(tmp_path):
    assert _start(tmp_path, **DEMO).returncode == 0
    secret = tmp_path / "var" / "demonstration-secret-key"
    kept = secret.read_text()
    assert secret.stat().st_mode & 0o077 == 0
    assert _start(tmp_path, **DEMO).returncode == 0
    assert secret.read_text() == kept


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"PORTICO_SECRET_KEY": ""}, "PORTICO_SECRET_KEY is not set"),
        ({"PORTICO_SECRET_KEY": "change-me"}, "PORTICO_SECRET_KEY is short"),
        ({"PORTICO_DATA_KEYS": ""}, "PORTICO_DATA_KEYS is not set"),
        ({"PORTICO_DATA_KEYS": "k1:short"}, "32 random bytes"),
        ({"PORTICO_BASE_URL": "http://portal.clinic.example"}, "must begin with https"),
        ({"PORTICO_BASE_URL": "portal"}, "Write it like https"),
        ({"PORTICO_HOSTS": "*"}, "name the hosts"),
        ({"PORTICO_TEST_CLOCK": "clock"}, "for tests only"),
        ({"PORTICO_CRASH_AT": "payments.x"}, "for tests only"),
        ({"PORTICO_GATEWAY": "sandbox"}, "beside a live key"),
        ({"PORTICO_GATEWAY": "paypal"}, "choose stripe"),
        ({"PORTICO_STRIPE_SECRET_KEY": "sk_test_1"}, "is a test key"),
        ({"PORTICO_CURRENCY": "dollars"}, "ISO 4217"),
        ({"PORTICO_TIME_ZONE": "Mars"}, "PORTICO_TIME_ZONE"),
        ({"PORTICO_LANGUAGES": "en,xx"}, "not xx"),
        ({"PORTICO_DEMO": "perhaps"}, "Write 1 for yes"),
        ({"PORTICO_TRUSTED_PROXIES": "-1"}, "whole number"),
        ({"PORTICO_SECRET_KEY_FILE": "/nowhere"}, "cannot be read"),
        ({"FILES_URL": "s3://bucket"}, "only file://"),
        ({"DATABASE_URL": "postgres://db.example/portico"}, "sslmode=verify-full"),
        ({"EMAIL_URL": "smtp://mail.example:25"}, "smtp+tls"),
        ({"CACHE_URL": "redis://cache.example:6379/0"}, "rediss://"),
        ({"DATABASE_URL": "nonsense"}, "DATABASE_URL cannot be read"),
    ],
)
def test_a_wrong_setting_is_refused_in_words(tmp_path, changed, words):
    started = _start(tmp_path, **{**PRODUCTION, **changed})
    assert started.returncode == 1
    assert words in started.stderr
    assert "Traceback" not in started.stderr


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"PORTICO_STRIPE_SECRET_KEY": "sk_live_1"}, "takes no live key"),
        (
            {"PORTICO_BASE_URL": "http://192.0.2.7:8000"},
            "shows its passwords to everybody",
        ),
    ],
)
def test_the_demonstration_stays_harmless(tmp_path, changed, words):
    started = _start(tmp_path, **{**DEMO, **changed})
    assert started.returncode == 1
    assert words in started.stderr


def test_a_public_demonstration_is_possible_in_so_many_words(tmp_path):
    public = {
        "PORTICO_BASE_URL": "http://192.0.2.7:8000",
        "PORTICO_DEMO_PUBLIC": refusals.PUBLIC_DEMO,
    }
    assert _start(tmp_path, **{**DEMO, **public}).returncode == 0


def test_a_secret_may_come_from_a_file(tmp_path):
    (tmp_path / "key").write_text(PRODUCTION["PORTICO_SECRET_KEY"] + "\n")
    env = {k: v for k, v in PRODUCTION.items() if k != "PORTICO_SECRET_KEY"}
    assert _start(tmp_path, **env, PORTICO_SECRET_KEY_FILE=str(tmp_path / "key")).returncode == 0
