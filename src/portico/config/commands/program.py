"""The `portico` program."""

from __future__ import annotations

import os
import sys


def main() -> None:
    """Run a command; without one, say which there are."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "portico.config.settings")
    from django.core.management import execute_from_command_line  # noqa: PLC0415 - heavy

    execute_from_command_line(sys.argv)
