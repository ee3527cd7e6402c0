"""Bills for billing staff: find one, see that it adds up, issue a corrected version."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from portico.domain.billing import actions, queries
from portico.platform.access.permissions import Permission
from portico.platform.access.roles import STAFF_ROLES
from portico.platform.gate.doors import staff_door
from portico.platform.kernel.call import Call
from portico.platform.kernel.errors import NotThere, Refused
from portico.web.staff.bills.forms import CorrectionForm, SearchForm


@require_GET
@staff_door
def bill_list(request: HttpRequest, call: Call) -> HttpResponse:
    """All bills in force, newest first, and a search."""
    form = SearchForm(request.GET)
    asked = form.cleaned_data if form.is_valid() else {}
    page = request.GET.get("page", "1")
    bills = queries.list_bills_for_staff(
        call,
        text=asked.get("text", "").strip(),
        status=asked.get("status", ""),
        page=int(page) if page.isdecimal() else 1,
    )
    kept = request.GET.copy()
    kept.pop("page", None)
    context = {
        "bills": bills,
        "rows": [(bill, queries.BILL_LABELS[bill.status]) for bill in bills.bills],
        "form": form,
        "kept": kept.urlencode(),
    }
    return TemplateResponse(request, "web/staff/bills/list.html", context)


@require_http_methods(["GET", "HEAD", "POST"])
@staff_door
def bill_detail(request: HttpRequest, call: Call, bill_id: UUID) -> HttpResponse:
    """One bill: totals that must match, then its lines. POST issues a corrected version."""
    form = CorrectionForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            corrected = actions.correct_bill(
                call, bill_id=bill_id, reason=form.cleaned_data["reason"]
            )
        except NotThere:
            raise
        except Refused as refusal:
            form.add_error(None, _in_words(refusal))
        else:
            return redirect("staff-bill", bill_id=corrected)
    bill = queries.get_bill_for_staff(call, bill_id=bill_id)
    may_correct = _may(call, Permission.BILLS_PUBLISH) and bill.superseded_by is None
    context = {
        "bill": bill,
        "label": queries.BILL_LABELS[bill.status],
        "lines": [(line, queries.KIND_LABELS.get(line.kind, line.kind)) for line in bill.lines],
        "form": form,
        "may_correct": may_correct,
    }
    status = 422 if request.method == "POST" else 200
    return TemplateResponse(request, "web/staff/bills/bill.html", context, status=status)


def _in_words(refusal: Refused) -> str:
    """What stopped the correction. Nothing was changed."""
    if isinstance(refusal, actions.AlreadySuperseded):
        return _("This bill was corrected already. Correct the newest version instead.")
    if isinstance(refusal, actions.DoesNotAddUp):
        return _(
            "The line “%(line)s” does not add up: it is off by %(difference)s. "
            "Nothing was changed. Correct what the plan decided first."
        ) % {"line": refusal.description, "difference": refusal.difference}
    return _("This bill cannot be corrected as it stands. Nothing was changed.")


def _may(call: Call, permission: Permission) -> bool:
    """Whether to show a way to it; the gate decides again behind it."""
    return any(permission in STAFF_ROLES.get(g.role, frozenset()) for g in call.actor.roles)
