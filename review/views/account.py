"""Sign in, sign out, and where each role begins."""

from __future__ import annotations

from django.contrib.auth import views as auth_views
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.decorators.http import require_GET

from review import permissions
from review.actions.errors import NotAllowedError


class SignIn(auth_views.LoginView):
    template_name = "sign_in.html"
    redirect_authenticated_user = True


class SignOut(auth_views.LogoutView):
    """POST only, as Django's is: a link cannot sign anybody out."""


@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """The first page of the person's role."""
    for permission, name in (("read_charts", "worklist"), ("read_reports", "reports"), ("bring_in_charts", "upload")):
        if permissions.may(request.user, permission):
            return redirect(name)
    raise NotAllowedError("Your account has no role that opens a page. Ask your administrator.")
