from django.apps import AppConfig


class BillingConfig(AppConfig):
    name = "portico.domain.billing"
    label = "billing"
