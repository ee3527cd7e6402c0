from django.apps import AppConfig


class NoticesConfig(AppConfig):
    name = "portico.domain.notices"
    label = "notices"
