"""How every test runs: an own folder and database, a clock that stands still, templates that forgive nothing."""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import django
import pytest

_HOME = tempfile.mkdtemp(prefix="portico-test-")
_VAR = Path(_HOME) / "var"
_VAR.mkdir()
os.environ.update(
    DJANGO_SETTINGS_MODULE="portico.config.settings",
    PORTICO_HOME=_HOME,
    PORTICO_TESTING="1",
    PORTICO_DEMO="1",
    DATABASE_URL=os.environ.get("TEST_DATABASE_URL") or f"sqlite:///{_VAR / 'test.sqlite3'}",
    EMAIL_URL="memorymail://",
    FILES_URL=f"file://{_VAR / 'files'}",
)
for _name in (
    "PORTICO_TEST_CLOCK",
    "PORTICO_CRASH_AT",
    "CACHE_URL",
    "PORTICO_BASE_URL",
):
    os.environ.pop(_name, None)

django.setup()

NOW = datetime(2026, 3, 10, 16, 0, tzinfo=UTC)  # a Tuesday morning in Los Angeles
REPOSITORY = Path(__file__).resolve().parent.parent


def pytest_unconfigure() -> None:
    shutil.rmtree(_HOME, ignore_errors=True)


@pytest.fixture(scope="session")
def django_db_modify_db_settings() -> None:
    """SQLite in a file of this process's own: tests with threads and processes need a real one."""
    from django.conf import settings
    from pytest_django import fixtures

    # pytest-django makes a database only where it sees its own marks; `cast` and `committing` need one too.
    fixtures._get_databases_for_setup = lambda _items: ({"default"}, set())
    database = settings.DATABASES["default"]
    if "sqlite" in database["ENGINE"]:
        database.setdefault("TEST", {})["NAME"] = str(_VAR / "test-run.sqlite3")
    elif worker := os.environ.get("PYTEST_XDIST_WORKER"):
        database.setdefault("TEST", {})["NAME"] = f"test_{database['NAME']}_{worker}"


class _Missing(str):
    """What a template finds where a variable is missing: an error."""

    __slots__ = ()

    def __contains__(self, text: object) -> bool:
        return text == "%s"

    def __mod__(self, name: object) -> str:
        raise AssertionError(f"The template names {name!s}, which is not there")


@pytest.fixture(scope="session", autouse=True)
def _strict_templates() -> None:
    from django.template import engines

    engines["django"].engine.string_if_invalid = _Missing("missing")  # type: ignore[attr-defined]


@pytest.fixture(autouse=True)
def _fast_passwords(settings) -> None:
    settings.PASSWORD_HASHERS = [
        "django.contrib.auth.hashers.MD5PasswordHasher",
        "django.contrib.auth.hashers.Argon2PasswordHasher",
    ]


@pytest.fixture(autouse=True)
def _no_left_overs() -> Iterator[None]:
    """Rate limits stand in a cache that outlives a test's rollback where it is not the database."""
    from django.utils import translation

    translation.activate("en")
    yield
    translation.activate("en")


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    """Only this machine may be reached."""
    connect = socket.socket.connect

    def guarded(self: socket.socket, address: object) -> None:
        if isinstance(address, tuple) and str(address[0]) not in (
            "127.0.0.1",
            "::1",
            "localhost",
        ):
            raise AssertionError(f"A test reached for the network: {address!r}")
        connect(self, address)  # type: ignore[arg-type]

    monkeypatch.setattr(socket.socket, "connect", guarded)


@pytest.fixture(autouse=True)
def clock(monkeypatch: pytest.MonkeyPatch):
    """The time, standing still at NOW in every thread until `clock.advance(minutes=5)`."""
    from portico.platform.kernel import clock as kernel_clock

    fixed = kernel_clock.FixedClock(NOW)
    monkeypatch.setattr(kernel_clock.SystemClock, "now", lambda _self: fixed.now())
    return fixed


@pytest.fixture
def cast(request: pytest.FixtureRequest):
    """Everybody of the demonstration clinic with an account: `cast.rosa.call()`, `cast.tom.client()`."""
    from tests.factories.cast import make_cast

    if "committing" not in request.fixturenames:
        request.getfixturevalue("db")
    else:
        request.getfixturevalue("committing")
    return make_cast()


@pytest.fixture
def drain() -> Callable[[], int]:
    """Do all background work that is due, and what it causes; the first failure fails the test."""
    from portico.platform.jobs import worker

    return lambda: worker.drain(strict=True).done


@pytest.fixture(scope="session")
def _migrated(django_db_setup, django_db_blocker) -> str:
    from tests.factories import flushing

    with django_db_blocker.unblock():
        return flushing.contents()


@pytest.fixture
def committing(_migrated: str, django_db_blocker) -> Iterator[None]:
    """Real commits (threads, processes, live servers). Everything is put back afterwards.

    The only fixture that may: append-only tables refuse the usual flush. Use it alone, without `db`.
    """
    from django.db import connections

    from tests.factories import flushing

    with django_db_blocker.unblock():
        assert not connections["default"].in_atomic_block, "use `committing` without `db`"
        try:
            yield
        finally:
            flushing.put_back(_migrated)
            connections.close_all()


@pytest.fixture(scope="session")
def shared_data() -> Path:
    """The real input that lies beside the repository; without it the test says loudly that it was left out."""
    folder = Path(os.environ.get("PORTICO_SHARED", REPOSITORY.parent / "shared")) / "data"
    if not folder.is_dir():
        pytest.skip("LEFT OUT: the shared input data is not beside this repository")
    return folder
