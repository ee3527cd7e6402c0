"""Addresses that gateways call. They are given to the gateways and never change."""

from django.urls import URLPattern, URLResolver, path

from portico.api.webhooks.payments import take_event

urlpatterns: list[URLPattern | URLResolver] = [
    path("payments/<slug:gateway>", take_event, name="webhook-payments"),
]
