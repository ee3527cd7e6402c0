"""Every staff page, below /staff/."""

from django.urls import URLPattern, URLResolver, include, path

urlpatterns: list[URLPattern | URLResolver] = [
    path("", include("portico.web.staff.bills.urls")),
    path("", include("portico.web.staff.imports.urls")),
    path("", include("portico.web.staff.jobs.urls")),
    path("", include("portico.web.staff.people.urls")),
]
