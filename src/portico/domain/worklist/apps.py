from django.apps import AppConfig


class WorklistConfig(AppConfig):
    name = "portico.domain.worklist"
    label = "worklist"
