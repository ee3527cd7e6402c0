"""Settings from the environment (or a `.env`), read in one place and refused loudly when wrong."""

from __future__ import annotations

import base64
import binascii
import contextlib
import hashlib
import os
import secrets
import warnings
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ


class WrongSetting(SystemExit):
    """A setting cannot be used as it is. The message says which, why, and what to write instead."""


_YES = {"1", "true", "yes", "on"}
_NO = {"", "0", "false", "no", "off"}


def root() -> Path:
    """Where the installation lives: `PORTICO_HOME`, else the current folder. Holds `var/` and `.env`."""
    return Path(os.environ.get("PORTICO_HOME", Path.cwd()))


def make_var() -> Path:
    """The folder for everything that changes: database, files, mail of the demonstration."""
    var = root() / "var"
    try:
        (var / "static").mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise WrongSetting(
            f"PORTICO_HOME: the folder {var} cannot be made ({error.strerror}). "
            "Name a folder that this user may write to."
        ) from None
    return var


def read() -> environ.Env:
    """The environment, completed by `.env` and by every `NAME_FILE`."""
    env_file = root() / ".env"
    if env_file.is_file():
        environ.Env.read_env(env_file)
    for name in secret_files():
        path = Path(os.environ[name])
        try:
            os.environ.setdefault(name.removesuffix("_FILE"), path.read_text().strip())
        except OSError as error:
            raise WrongSetting(f"{name}: {path} cannot be read ({error.strerror}).") from None
    return environ.Env()


def secret_files() -> list[str]:
    """The `NAME_FILE` settings that are in use."""
    return [n for n in os.environ if n.endswith("_FILE") and _is_ours(n)]


def flag(name: str) -> bool:
    """A yes or no."""
    value = os.environ.get(name, "").strip().lower()
    if value not in _YES | _NO:
        raise WrongSetting(f"{name} is {value!r}. Write 1 for yes or 0 for no.")
    return value in _YES


def number(name: str, default: int, *, least: int = 0) -> int:
    """A whole number."""
    value = os.environ.get(name, "").strip()
    if not value:
        return default
    if not value.isdigit() or int(value) < least:
        raise WrongSetting(f"{name} is {value!r}. Write a whole number of at least {least}.")
    return int(value)


def base_url(env: environ.Env) -> str:
    """PORTICO_BASE_URL without a slash at its end."""
    url = str(env.str("PORTICO_BASE_URL", default="http://127.0.0.1:8000")).rstrip("/")
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query:
        raise WrongSetting(
            f"PORTICO_BASE_URL is {url!r}. Write it like https://portal.clinic.example, without a path."
        )
    return url


def is_loopback(host: str | None) -> bool:
    """Is this machine meant, so that nobody else can listen in?"""
    return host in (None, "", "localhost", "::1") or str(host).startswith("127.")


def kept_secret(path: Path) -> str:
    """The demonstration's own secret, made on first use and kept beside its database."""
    if not path.exists():
        mine = path.with_name(f"{path.name}.{os.getpid()}")
        descriptor = os.open(mine, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_urlsafe(48))
        with contextlib.suppress(
            FileExistsError
        ):  # web and worker start together: the first one wins
            os.link(mine, path)
        mine.unlink()
    return path.read_text().strip()


def demonstration_data_keys(var: Path) -> dict[str, bytes]:
    """A key for the demonstration's files and second factors, from a secret of its own."""
    secret = kept_secret(var / "demonstration-data-key")
    return {"demo": hashlib.sha256(secret.encode()).digest()}


def database(env: environ.Env, var: Path) -> dict[str, Any]:
    """DATABASE_URL, else SQLite in `var/`."""
    found: dict[str, Any] = {}
    with contextlib.suppress(Exception), warnings.catch_warnings(action="ignore"):
        found = dict(env.db_url("DATABASE_URL", default=f"sqlite:///{var / 'portico.sqlite3'}"))
    if not str(found.get("ENGINE", "")).endswith(("sqlite3", "postgresql")):
        raise WrongSetting(
            "DATABASE_URL cannot be read. Write it like postgres://user:password@host:5432/portico."
        )
    return found


def data_keys(text: str) -> dict[str, bytes]:
    """PORTICO_DATA_KEYS: `id:key,id:key`, the current key first, each 32 bytes in base64."""
    keys: dict[str, bytes] = {}
    for pair in filter(None, (p.strip() for p in text.split(","))):
        key_id, _, encoded = pair.partition(":")
        try:
            key = base64.b64decode(encoded, altchars=b"-_", validate=True)
        except (binascii.Error, ValueError):
            key = b""
        if not key_id.isalnum() or len(key_id) > 20 or len(key) != 32:
            raise WrongSetting(
                "PORTICO_DATA_KEYS: each entry is id:key, the id of letters and digits, the key 32 random "
                "bytes in base64. `openssl rand -base64 32` makes one."
            )
        keys[key_id] = key
    return keys


def _is_ours(name: str) -> bool:
    return name.startswith(("PORTICO_", "DATABASE_", "CACHE_", "FILES_", "EMAIL_", "SMS_"))
