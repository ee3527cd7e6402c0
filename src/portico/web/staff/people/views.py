"""The front desk: what waits, enrolment letters, and sign-ups to match."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from portico.domain.people import actions
from portico.domain.people.ports import paper
from portico.domain.people.queries import (
    PersonName,
    count_sign_ups,
    list_names,
    list_sign_ups,
)
from portico.domain.worklist.queries import count_failed_jobs
from portico.platform.access.permissions import Permission
from portico.platform.access.roles import STAFF_ROLES
from portico.platform.gate.doors import staff_door
from portico.platform.kernel.call import Call
from portico.web.staff.people.forms import EnrolmentForm


@require_safe
@staff_door
def home(request: HttpRequest, call: Call) -> HttpResponse:
    """What waits for this person, by their rights."""
    rights = {p for g in call.actor.roles for p in STAFF_ROLES.get(g.role, frozenset())}
    return TemplateResponse(
        request,
        "web/staff/people/home.html",
        {
            "may_enrol": Permission.ENROLMENT_ISSUE in rights,
            "may_bill": Permission.BILLS_READ_ALL in rights,
            "may_import": Permission.IMPORT_READ in rights,
            "sign_ups": count_sign_ups(call) if Permission.SIGN_UPS_MATCH in rights else None,
            "jobs": count_failed_jobs(call) if Permission.JOBS_READ in rights else None,
        },
    )


@require_http_methods(["GET", "POST"])
@staff_door
def enrolment(request: HttpRequest, call: Call) -> HttpResponse:
    """Key the form in with an identity check; the answer is the letter."""
    form = EnrolmentForm(request.POST or None)
    alike: tuple[PersonName, ...] = ()
    if request.method == "POST" and form.is_valid():
        typed = {k: v for k, v in form.cleaned_data.items() if k not in ("day", "month", "year")}
        chosen = request.POST.get("person", "")
        try:
            issued = actions.issue_letter(
                call, person_id=_uuid(chosen), surely_new=chosen == "new", **typed
            )
        except actions.PeopleAlike as found:
            alike = tuple(list_names(call, person_ids=found.person_ids).values())
        except actions.NoSecondFact:
            form.add_error(None, _("No birth date is on file. Add it to the record first."))
        else:
            pdf = paper().letter_pdf(issued.letter, issued.language or "en")
            answer = HttpResponse(pdf, content_type="application/pdf")
            answer["Content-Disposition"] = 'inline; filename="enrolment-letter.pdf"'
            return answer
    return TemplateResponse(
        request, "web/staff/people/enrolment.html", {"form": form, "alike": alike}
    )


@require_http_methods(["GET", "POST"])
@staff_door
def sign_ups(request: HttpRequest, call: Call) -> HttpResponse:
    """Sign-ups beside the people they may be: link, make new, or refuse."""
    if request.method == "POST":
        sign_up_id = _uuid(request.POST.get("sign_up", ""))
        chosen, reason = request.POST.get("person", ""), request.POST.get("reason", "").strip()
        if sign_up_id is None:
            raise Http404
        if chosen == "refuse" and not reason:
            messages.error(request, _("Nothing was decided: say why you refuse."))
            return redirect("staff-sign-ups")
        if chosen not in ("refuse", "new") and _uuid(chosen) is None:
            messages.error(request, _("Nothing was decided: choose who this is."))
            return redirect("staff-sign-ups")
        try:
            actions.decide_sign_up(
                call,
                sign_up_id=sign_up_id,
                person_id=_uuid(chosen),
                refuse_because=reason[:300] if chosen == "refuse" else "",
            )
        except actions.SignUpGone:
            messages.error(request, _("Somebody else decided this meanwhile."))
        except actions.PersonHasAccount:
            messages.error(request, _("That person has an account. Print a letter instead."))
        return redirect("staff-sign-ups")
    return TemplateResponse(
        request, "web/staff/people/sign_ups.html", {"sign_ups": list_sign_ups(call)}
    )


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text)
    except ValueError:
        return None
