"""Bills, for billing staff."""

from django.urls import path

from portico.web.staff.bills import views

urlpatterns = [
    path("bills", views.bill_list, name="staff-bills"),
    path("bills/<uuid:bill_id>", views.bill_detail, name="staff-bill"),
]
