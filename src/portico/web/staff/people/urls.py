"""Staff's home, enrolment and sign-ups to match."""

from django.urls import path

from portico.web.staff.people import views

urlpatterns = [
    path("", views.home, name="staff-home"),
    path("enrolment", views.enrolment, name="staff-enrolment"),
    path("sign-ups", views.sign_ups, name="staff-sign-ups"),
]
