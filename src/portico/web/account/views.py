"""The front door: welcome, the ways in, signing in and out."""

from __future__ import annotations

from pathlib import Path

from allauth.account.internal.flows.login import perform_password_login
from allauth.account.models import Login
from allauth.account.views import (
    LoginView,
    PasswordResetFromKeyView,
    PasswordResetView,
    ReauthenticateView,
)
from allauth.mfa.base.views import AuthenticateView
from allauth.mfa.totp.views import ActivateTOTPView
from django.conf import settings
from django.contrib.auth import logout
from django.core import signing
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portico.domain.people import actions
from portico.domain.people.ports import paper
from portico.platform.gate.doors import open_door
from portico.platform.identity import sessions
from portico.platform.kernel.call import Call
from portico.web.account import demonstration
from portico.web.account.forms import (
    EnrollForm,
    LetterPasswordForm,
    PasswordForm,
    SignInForm,
    SignUpForm,
)

_OPENED = "portico_letter"
_SALT = "portico.sign-up"
_DAY = 24 * 3600
_PAGE = "web/account/question.html"


@require_GET
@open_door
def welcome(request: HttpRequest, call: Call) -> HttpResponse:
    """Pay, sign in or sign up in one glance."""
    return TemplateResponse(request, "web/account/welcome.html", {})


class _SignIn(LoginView):
    template_name = "web/account/sign_in.html"
    form_class = SignInForm

    def form_valid(self, form: SignInForm) -> HttpResponse:
        self.request.session["portico_shared"] = form.cleaned_data["shared_device"]
        answer: HttpResponse = super().form_valid(form)
        return answer

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        ended = self.request.GET.get("ended", "")
        return super().get_context_data(**kwargs) | {
            "accounts": demonstration.accounts(),
            "ended": ended if ended in ("idle", "absolute") else "",
        }


class _SecondStep(AuthenticateView):
    template_name = "web/account/second_step.html"


class _SetUp(ActivateTOTPView):
    template_name = "web/account/second_step_set_up.html"
    success_url = "/staff/"

    def form_valid(self, form: object) -> HttpResponse:
        answer: HttpResponse = super().form_valid(form)
        sessions.note_second_factor(self.request, kind="totp")
        return answer

    def get_success_url(self) -> str:
        return "/staff/" if self.request.user.is_staff_member else "/home"


class _Forgot(PasswordResetView):
    template_name = "web/account/forgot.html"


class _Again(ReauthenticateView):
    template_name = "web/account/again.html"


class _Reset(PasswordResetFromKeyView):
    template_name = "web/account/reset.html"


@open_door
def sign_in(request: HttpRequest, call: Call) -> HttpResponseBase:
    """One field for every kind of name. The same words whichever part is wrong."""
    return _SignIn.as_view()(request)


@open_door
def second_step(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The code of the app, or a recovery code."""
    return _SecondStep.as_view()(request)


@open_door
def second_step_set_up(request: HttpRequest, call: Call) -> HttpResponseBase:
    """Set up the app. Staff come here before anything else."""
    if not request.user.is_authenticated:
        return redirect("sign-in")
    return _SetUp.as_view()(request)


@open_door
def again(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The password once more, before something that a thief of an open session must not do."""
    if not request.user.is_authenticated:
        return redirect("sign-in")
    return _Again.as_view()(request)


@open_door
def forgot(request: HttpRequest, call: Call) -> HttpResponseBase:
    """The same answer for every e-mail."""
    return _Forgot.as_view()(request)


@require_GET
@open_door
def forgot_sent(request: HttpRequest, call: Call) -> HttpResponse:
    """Whatever was typed: look into your mail; else letter or desk."""
    return _words(
        request,
        _("Look into your mail"),
        _(
            "If an account has this e-mail confirmed, a link is on its way. It works for 30 minutes."
        ),
        _(
            "No mail? Call us, or come to the front desk with a document: we print you a new letter."
        ),
    )


@open_door
def reset(request: HttpRequest, call: Call, uidb36: str, key: str) -> HttpResponseBase:
    """A new password by the link in the mail."""
    return _Reset.as_view()(request, uidb36=uidb36, key=key)


@require_GET
@open_door
def reset_done(request: HttpRequest, call: Call) -> HttpResponse:
    """The new password counts."""
    return _words(request, _("Your new password counts from now on"), _("Sign in with it."))


@require_http_methods(["GET", "POST"])
@open_door
def sign_out(request: HttpRequest, call: Call) -> HttpResponse:
    """Leave, and have the browser forget what it kept."""
    if request.method == "GET":
        return TemplateResponse(request, "web/account/sign_out.html", {})
    if call.actor.account_id:
        actions.note_account(call, what="signed-out", account_id=call.actor.account_id)
    logout(request)
    return sessions.clear_site_data(redirect("welcome"))


@require_http_methods(["GET", "POST"])
@open_door
def enroll(request: HttpRequest, call: Call) -> HttpResponse:
    """Code and second fact. The code alone opens nothing, in an address as little as on paper."""
    form = EnrollForm(request.POST or None, initial={"code": request.GET.get("code", "")[:40]})
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        opened = actions.open_letter(call, code=typed["code"], birth=typed["birth"])
        if opened is not None:
            request.session.cycle_key()
            request.session[_OPENED] = str(opened.enrolment_id)
            return redirect("enroll-password")
        form.add_error(
            None,
            _(
                "We could not match these details. Check them against your letter, or call us on %(phone)s."
            )
            % {"phone": settings.PORTICO_PHONE},
        )
    return _question(request, _("Open your account with your letter"), form, _("Continue"))


@require_http_methods(["GET", "POST"])
@open_door
def enroll_password(request: HttpRequest, call: Call) -> HttpResponse:
    """The letter is opened: a password, and the person is in."""
    enrolment_id = request.session.get(_OPENED)
    if not enrolment_id:
        return redirect("enroll")
    form = LetterPasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        request.session.pop(_OPENED)
        try:
            account = actions.redeem_letter(call, enrolment_id=enrolment_id, **form.cleaned_data)
        except actions.LetterGone:
            return redirect("enroll")
        return _let_in(request, account)
    return _question(request, _("Choose your password"), form, _("Open my account"))


@require_http_methods(["GET", "POST"])
@open_door
def sign_up(request: HttpRequest, call: Call) -> HttpResponse:
    """Ask for an account. The next page is the same whoever asks."""
    form = SignUpForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        typed = form.cleaned_data
        actions.ask_for_account(
            call,
            full_name=typed["full_name"],
            birth=typed["birth"],
            email=typed["email"],
            language=get_language() or "",
        )
        return redirect("sign-up-sent")
    return _question(request, _("Create an account"), form, _("Continue"))


@require_GET
@open_door
def sign_up_sent(request: HttpRequest, call: Call) -> HttpResponse:
    """The same words for everybody."""
    return _words(
        request,
        _("Look into your mail"),
        _("We sent a link to the e-mail you gave. It works for 24 hours."),
        _(
            "No mail, or no e-mail at all? Call us or come to the front desk: we print you a letter."
        ),
    )


@require_http_methods(["GET", "POST"])
@open_door
def sign_up_confirm(request: HttpRequest, call: Call, token: str) -> HttpResponse:
    """The link of the mail: a password, and the account is there."""
    gone = _words(
        request,
        _("This link has run out"),
        _("Ask for an account again, or sign in if you have one."),
    )
    try:
        sign_up_id = signing.loads(token, salt=_SALT, max_age=_DAY)
    except signing.BadSignature:
        return gone
    form = PasswordForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            account = actions.confirm_sign_up(call, sign_up_id=sign_up_id, **form.cleaned_data)
        except actions.SignUpGone:
            return gone
        return _let_in(request, account)
    return _question(request, _("Choose your password"), form, _("Create my account"))


@require_GET
@open_door
def sign_up_waiting(request: HttpRequest, call: Call) -> HttpResponse:
    """Signed in, but nobody's yet."""
    return _words(
        request,
        _("We are checking who you are"),
        _(
            "A person at the clinic compares your details with our record. That takes a working day at most."
        ),
        _("In a hurry? Call us on %(phone)s.") % {"phone": settings.PORTICO_PHONE},
    )


@require_GET
@open_door
def enrolment_form(request: HttpRequest, call: Call) -> HttpResponse:
    """The blank form, to print."""
    answer = HttpResponse(paper().form_pdf(get_language() or "en"), content_type="application/pdf")
    answer["Content-Disposition"] = 'inline; filename="enrolment-form.pdf"'
    return answer


@require_POST
@open_door
def language(request: HttpRequest, call: Call) -> HttpResponse:
    """Speak another language from now on."""
    after = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(after, allowed_hosts=None):
        after = "/"
    answer = redirect(after)
    wanted = request.POST.get("language", "")
    if wanted in dict(settings.LANGUAGES):
        answer.set_cookie(
            settings.LANGUAGE_COOKIE_NAME,
            wanted,
            max_age=365 * _DAY,
            secure=settings.LANGUAGE_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
    return answer


@require_POST
@open_door
def session_extend(request: HttpRequest, call: Call) -> HttpResponse:
    """The person is still here."""
    if sessions.extend(request) is None:
        return redirect("sign-in")
    return HttpResponse(status=204)


@require_GET
@open_door
def demonstration_mail(request: HttpRequest, call: Call) -> HttpResponse:
    """What the demonstration would have sent, newest first."""
    folder = Path(getattr(settings, "EMAIL_FILE_PATH", None) or "/nowhere")
    if not settings.PORTICO_DEMO or not folder.is_dir():
        raise Http404
    files = sorted(folder.glob("*.log"), key=lambda f: f.stat().st_mtime, reverse=True)[:20]
    text = "\n\n".join(f.read_text(errors="replace") for f in files)
    return HttpResponse(text or "-", content_type="text/plain; charset=utf-8")


def _let_in(request: HttpRequest, account: object) -> HttpResponse:
    login = Login(user=account)
    answer: HttpResponse = perform_password_login(
        request, {"username": getattr(account, "username", "")}, login
    )
    return answer


def _question(request: HttpRequest, title: str, form: object, button: str) -> HttpResponse:
    return TemplateResponse(request, _PAGE, {"title": title, "form": form, "button": button})


def _words(request: HttpRequest, title: str, *paragraphs: str) -> HttpResponse:
    return TemplateResponse(
        request, "web/account/words.html", {"title": title, "paragraphs": paragraphs}
    )
