"""What `portico check` looks at beside the settings themselves: the installation as it stands, in words."""

from __future__ import annotations

import os
import shutil
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, Warning, register
from django.core.exceptions import ImproperlyConfigured
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from portico.config import environment
from portico.platform.audit import verification
from portico.platform.files import keeping

LEAST_SPACE = 500 * 1024 * 1024


@register(Tags.security)
def secret_files_are_private(**_: Any) -> list[CheckMessage]:
    """Files that hold secrets are for this user alone."""
    return [
        Error(
            f"{name}: {os.environ[name]} can be read by everybody on this machine.",
            hint="chmod 600 it.",
            id="portico.E001",
        )
        for name in environment.secret_files()
        if Path(os.environ[name]).exists() and os.stat(os.environ[name]).st_mode & stat.S_IROTH
    ]


@register()
def there_is_room_for_data(**_: Any) -> list[CheckMessage]:
    """The disk has room, and the folder for files can be written to."""
    found: list[CheckMessage] = []
    free = shutil.disk_usage(settings.VAR).free
    if free < LEAST_SPACE:
        found.append(
            Warning(
                f"Only {free // 2**20} MB are free where {settings.VAR} lies.",
                hint="Payments and imports stop when the disk is full. Make room.",
                id="portico.W001",
            )
        )
    folder = keeping.folder()
    there = next(p for p in (folder, *folder.parents) if p.exists())
    if not os.access(there, os.W_OK):
        found.append(Error(f"FILES_URL: this user may not write to {folder}.", id="portico.E002"))
    return found


@register(Tags.database)
def database_is_up_to_date(databases: Any = None, **_: Any) -> list[CheckMessage]:
    """The database answers, knows all migrations, and protects the audit. Only with `--database default`.

    Warnings, because `portico migrate` runs the same checks first and must not be stopped by what it mends.
    """
    return list(_about_database()) if databases else []


def _about_database() -> Iterator[CheckMessage]:
    try:
        executor = MigrationExecutor(connection)
        if executor.migration_plan(executor.loader.graph.leaf_nodes()):
            yield Warning(
                "The database is older than the program.",
                hint="portico migrate",
                id="portico.W003",
            )
            return
        for problem in verification.missing_triggers():
            yield Warning(problem, id="portico.W004")
    except (DatabaseError, ImproperlyConfigured) as error:
        yield Warning(
            f"The database does not answer ({type(error).__name__}).",
            hint="Look at DATABASE_URL, and whether the database runs.",
            id="portico.W005",
        )
