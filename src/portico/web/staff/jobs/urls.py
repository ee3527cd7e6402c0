"""Background work that failed, for staff."""

from django.urls import path

from portico.web.staff.jobs import views

urlpatterns = [
    path("jobs", views.failed_job_list, name="staff-jobs"),
    path("jobs/<uuid:job_id>/again", views.failed_job_again, name="staff-job-again"),
    path("jobs/<uuid:job_id>/give-up", views.failed_job_give_up, name="staff-job-give-up"),
]
