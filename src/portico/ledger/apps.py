from django.apps import AppConfig


class LedgerConfig(AppConfig):
    name = "portico.ledger"
    label = "ledger"
