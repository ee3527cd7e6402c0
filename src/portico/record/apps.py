from django.apps import AppConfig


class RecordConfig(AppConfig):
    name = "portico.record"
    label = "record"
