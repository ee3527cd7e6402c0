"""Imports: hand files in, see what came of it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.core.files.uploadedfile import UploadedFile
from django.http import HttpRequest, HttpResponse, HttpResponseBadRequest
from django.shortcuts import redirect
from django.template.response import TemplateResponse
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from portico.domain.billing import queries as billing
from portico.domain.intake import actions, exchanges, queries
from portico.domain.intake.exchanges import FileToRead, Report
from portico.platform.access.permissions import Permission
from portico.platform.access.roles import STAFF_ROLES
from portico.platform.gate.doors import staff_door
from portico.platform.kernel.call import Call
from portico.web.staff.imports.forms import UploadForm


@require_http_methods(["GET", "HEAD", "POST"])
@staff_door
def import_list(request: HttpRequest, call: Call) -> HttpResponse:
    """The imports, newest first, and the form to hand in files."""
    may_run = _may(call, Permission.IMPORT_RUN)
    form = UploadForm(request.POST or None, request.FILES or None)
    report: Report | None = None
    if request.method == "POST" and form.is_valid():
        report = exchanges.import_files(
            call,
            files=[_file(uploaded) for uploaded in form.cleaned_data["uploads"]],
            system=form.cleaned_data["system"],
        )
        if report.batch_id:
            return redirect("staff-import", batch_id=report.batch_id)
        form = UploadForm(initial={"system": form.cleaned_data["system"]})
    page = request.GET.get("page", "1")
    return TemplateResponse(
        request,
        "web/staff/imports/list.html",
        {
            "imports": queries.list_imports(call, page=int(page) if page.isdecimal() else 1),
            "form": form if may_run else None,
            "report": report,
            "may_see_differences": _may(call, Permission.BILLS_READ_ALL),
        },
        status=422 if request.method == "POST" and form.errors else 200,
    )


@require_GET
@staff_door
def import_detail(request: HttpRequest, call: Call, batch_id: UUID) -> HttpResponse:
    """One import: its files, what was refused and why, and people to compare."""
    return TemplateResponse(
        request,
        "web/staff/imports/import.html",
        {
            "detail": queries.get_import(call, batch_id=batch_id),
            "may_decide": _may(call, Permission.SIGN_UPS_MATCH),
            "may_see_differences": _may(call, Permission.BILLS_READ_ALL),
        },
    )


@require_POST
@staff_door
def match_decide(request: HttpRequest, call: Call, match_id: int) -> HttpResponse:
    """One person or two: a member of staff says."""
    is_same = request.POST.get("same")
    if is_same not in ("yes", "no"):
        return HttpResponseBadRequest()
    try:
        batch_id = actions.decide_match(call, match_id=match_id, is_same=is_same == "yes")
    except actions.MergedAlready:
        return TemplateResponse(request, "web/staff/imports/merged.html", status=409)
    return redirect("staff-import", batch_id=batch_id)


@require_GET
@staff_door
def difference_list(request: HttpRequest, call: Call) -> HttpResponse:
    """Where imported claims do not add up."""
    kind, page = request.GET.get("kind", ""), request.GET.get("page", "1")
    return TemplateResponse(
        request,
        "web/staff/imports/differences.html",
        {
            "kind": kind,
            "differences": billing.list_import_differences(
                call, kind=kind, page=int(page) if page.isdecimal() else 1
            ),
        },
    )


def _file(uploaded: UploadedFile[Any]) -> FileToRead:
    return FileToRead(name=uploaded.name or "", read=uploaded.read)


def _may(call: Call, permission: Permission) -> bool:
    """Whether to show a way to it; the gate decides again behind it."""
    return any(permission in STAFF_ROLES.get(g.role, frozenset()) for g in call.actor.roles)
