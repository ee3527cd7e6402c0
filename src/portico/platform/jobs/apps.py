from django.apps import AppConfig


class JobsConfig(AppConfig):
    name = "portico.platform.jobs"
    label = "jobs"
