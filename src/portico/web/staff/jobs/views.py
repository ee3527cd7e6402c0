"""Background work that failed: see it, start it again, or let it be."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from portico.domain.worklist.actions import give_job_up, start_job_again
from portico.domain.worklist.queries import list_failed_jobs
from portico.platform.access.permissions import Permission
from portico.platform.access.roles import STAFF_ROLES
from portico.platform.gate.doors import staff_door
from portico.platform.kernel.call import Call


@require_safe
@staff_door
def failed_job_list(request: HttpRequest, call: Call) -> HttpResponse:
    """What failed, newest first."""
    return TemplateResponse(
        request,
        "web/staff/jobs/list.html",
        {"failed": list_failed_jobs(call), "may_retry": _may_retry(call)},
    )


@require_POST
@staff_door
def failed_job_again(request: HttpRequest, call: Call, job_id: UUID) -> HttpResponse:
    """Have one job tried again."""
    start_job_again(call, job_id=job_id)
    messages.success(request, _("It is on the queue again."))
    return redirect("staff-jobs")


@require_POST
@staff_door
def failed_job_give_up(request: HttpRequest, call: Call, job_id: UUID) -> HttpResponse:
    """Let one job be."""
    give_job_up(call, job_id=job_id)
    messages.success(request, _("It will not be tried again."))
    return redirect("staff-jobs")


def _may_retry(call: Call) -> bool:
    """Whether to show the buttons; the gate decides again behind them."""
    grants = (STAFF_ROLES.get(g.role, frozenset()) for g in call.actor.roles)
    return any(Permission.JOBS_RETRY in rights for rights in grants)
