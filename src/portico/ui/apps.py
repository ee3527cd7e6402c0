from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "portico.ui"
    label = "ui"
