"""Every address of the house, one line a family of pages."""

from django.urls import include, path

urlpatterns = [
    path("", include("portico.web.account.urls")),
    path("", include("portico.web.patient.urls")),
    path("staff/", include("portico.web.staff.urls")),
    path("", include("portico.web.shared.urls")),
    path("webhooks/", include("portico.api.webhooks.urls")),
]
