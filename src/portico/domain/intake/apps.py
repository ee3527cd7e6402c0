from django.apps import AppConfig


class IntakeConfig(AppConfig):
    name = "portico.domain.intake"
    label = "intake"
