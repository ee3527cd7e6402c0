"""Settings from the environment (or a `.env`), read in one place and refused loudly when wrong."""

from __future__ import annotations

import os
from pathlib import Path

import environ


class WrongSetting(SystemExit):
    """A setting cannot be used as it is. The message says which, why, and what to write instead."""


def root() -> Path:
    """Where the installation lives: `PORTICO_HOME`, else the current folder. Holds `var/` and `.env`."""
    return Path(os.environ.get("PORTICO_HOME", Path.cwd()))


def read() -> environ.Env:
    """The environment, completed by `.env` and by every `NAME_FILE`."""
    env_file = root() / ".env"
    if env_file.is_file():
        environ.Env.read_env(env_file)
    for name in [n for n in os.environ if n.endswith("_FILE") and _is_ours(n)]:
        os.environ.setdefault(name.removesuffix("_FILE"), Path(os.environ[name]).read_text().strip())
    return environ.Env()


def _is_ours(name: str) -> bool:
    return name.startswith(("PORTICO_", "DATABASE_", "CACHE_", "FILES_", "EMAIL_", "SMS_"))
