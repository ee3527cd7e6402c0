"""Which connector fills which port, and which handlers listen. The only place that knows both sides."""

from __future__ import annotations

from portico.connectors.feeds.fhir.reading import open_fhir
from portico.domain.billing import handlers as _billing  # noqa: F401 - importing registers them
from portico.domain.intake import ports as intake_ports
from portico.platform.gate import upkeep


def connect() -> None:
    """Fill every port and register every handler. Called once, when Django is ready."""
    upkeep.register()
    intake_ports.install(open_fhir)
