from django.apps import AppConfig


class AuditConfig(AppConfig):
    name = "portico.platform.audit"
    label = "audit"
