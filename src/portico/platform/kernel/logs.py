"""Log lines are JSON objects with a request or job number, and carry nobody's data.

Faults are told by class and place, without their message, because messages quote values. Addresses are told by
their route, without query string: what is searched under `/fhir/` is private.
"""

from __future__ import annotations

import sys
import traceback
from collections.abc import MutableMapping
from pathlib import Path
from typing import Any

import structlog

Line = MutableMapping[str, Any]
_DROPPED = ("args", "positional_args", "stack", "stack_info")


def logging_settings(*, words: bool, level: str = "INFO") -> dict[str, Any]:
    """Django's LOGGING. `words` gives readable lines for a terminal instead of JSON."""
    renderer = (
        structlog.dev.ConsoleRenderer(colors=False)
        if words
        else structlog.processors.JSONRenderer()
    )
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {
            "house": {
                "()": structlog.stdlib.ProcessorFormatter,
                "foreign_pre_chain": [*_SHARED, _foreign],
                "processors": [
                    structlog.stdlib.ProcessorFormatter.remove_processors_meta,
                    faults_without_messages,
                    renderer,
                ],
            }
        },
        "handlers": {
            "out": {"class": "logging.StreamHandler", "formatter": "house"},
            "none": {"class": "logging.NullHandler"},
        },
        "root": {"handlers": ["out"], "level": "WARNING"},
        "loggers": {
            "portico": {"level": level},
            # Below that it logs the whole address of each 404; our own line tells the route.
            "django.request": {"level": "ERROR"},
            "django.security.DisallowedHost": {
                "handlers": ["none"],
                "propagate": False,
            },
        },
    }


def configure() -> None:
    """Send structlog through the standard library. Safe to call again."""
    structlog.configure(
        processors=[*_SHARED, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
        cache_logger_on_first_use=False,
    )


def faults_without_messages(_logger: Any, _method: str, line: Line) -> Line:
    """Replace a caught exception by its class and the places it came through."""
    caught = line.pop("exc_info", None)
    if caught is True:
        caught = sys.exc_info()
    if isinstance(caught, BaseException):
        caught = (type(caught), caught, caught.__traceback__)
    if isinstance(caught, tuple) and caught[0] is not None:
        frames = traceback.extract_tb(caught[2])
        line["fault"] = caught[0].__name__
        line["places"] = [f"{Path(f.filename).stem}:{f.lineno}:{f.name}" for f in frames[-12:]]
    return line


def _foreign(_logger: Any, _method: str, line: Line) -> Line:
    for key in _DROPPED:
        line.pop(key, None)
    record = line.get("_record")
    if record is not None and record.name == "django.request":
        line["event"] = "request.failed"  # its own words hold the address
    return line


_SHARED: list[Any] = [
    structlog.contextvars.merge_contextvars,
    structlog.stdlib.add_log_level,
    structlog.stdlib.add_logger_name,
    structlog.processors.TimeStamper(fmt="iso", utc=True),
]
