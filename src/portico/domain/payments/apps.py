from django.apps import AppConfig


class PaymentsConfig(AppConfig):
    name = "portico.domain.payments"
    label = "payments"
