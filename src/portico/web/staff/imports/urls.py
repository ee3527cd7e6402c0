"""Imports, for staff."""

from django.urls import path

from portico.web.staff.imports import views

urlpatterns = [
    path("imports", views.import_list, name="staff-imports"),
    path("imports/differences", views.difference_list, name="staff-import-differences"),
    path("imports/matches/<int:match_id>", views.match_decide, name="staff-import-match"),
    path("imports/<uuid:batch_id>", views.import_detail, name="staff-import"),
]
