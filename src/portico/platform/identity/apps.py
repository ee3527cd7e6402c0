from django.apps import AppConfig


class IdentityConfig(AppConfig):
    name = "portico.platform.identity"
    label = "identity"
