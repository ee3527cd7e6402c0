"""The front door. allauth redirects by names of its own: they stand for our addresses here."""

from django.urls import URLPattern, URLResolver, path

from portico.web.account import signals as _signals  # noqa: F401 - importing connects them
from portico.web.account import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.welcome, name="welcome"),
    path("sign-in", views.sign_in, name="account_login"),
    path("sign-in", views.sign_in, name="sign-in"),
    path("sign-in/second-step", views.second_step, name="mfa_authenticate"),
    path("sign-in/second-step", views.second_step, name="second-step"),
    path("sign-in/again", views.again, name="account_reauthenticate"),
    path("sign-in/forgot", views.forgot, name="account_reset_password"),
    path("sign-in/forgot", views.forgot, name="forgot"),
    path("sign-in/forgot/sent", views.forgot_sent, name="account_reset_password_done"),
    path("sign-in/reset/done", views.reset_done, name="account_reset_password_from_key_done"),
    path(
        "sign-in/reset/<str:uidb36>-<str:key>",
        views.reset,
        name="account_reset_password_from_key",
    ),
    path("security/second-step", views.second_step_set_up, name="mfa_activate_totp"),
    path("security/second-step", views.second_step_set_up, name="second-step-set-up"),
    path("sign-out", views.sign_out, name="account_logout"),
    path("sign-out", views.sign_out, name="sign-out"),
    path("sign-up", views.sign_up, name="account_signup"),
    path("sign-up", views.sign_up, name="sign-up"),
    path("sign-up/sent", views.sign_up_sent, name="sign-up-sent"),
    path("sign-up/waiting", views.sign_up_waiting, name="sign-up-waiting"),
    path("sign-up/confirm/<str:token>", views.sign_up_confirm, name="sign-up-confirm"),
    path("enroll", views.enroll, name="enroll"),
    path("enroll/password", views.enroll_password, name="enroll-password"),
    path("enroll/form.pdf", views.enrolment_form, name="enrolment-form"),
    path("language", views.language, name="language"),
    path("session/extend", views.session_extend, name="session-extend"),
    path("demo/mail", views.demonstration_mail, name="demonstration-mail"),
]
