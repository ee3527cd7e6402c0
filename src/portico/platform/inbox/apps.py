from django.apps import AppConfig


class InboxConfig(AppConfig):
    name = "portico.platform.inbox"
    label = "inbox"
