from django.apps import AppConfig


class WiringConfig(AppConfig):
    """Fills the ports once all models are there."""

    name = "portico.config"
    label = "wiring"

    def ready(self) -> None:
        from portico.config import checks, wiring  # noqa: F401 - importing registers the checks

        wiring.connect()
