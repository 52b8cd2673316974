"""The second word of a view's spine: load, allow, act, answer."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps
from typing import Concatenate, ParamSpec, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponseBase

from review.models import User
from review.permissions import check

P = ParamSpec("P")


class PersonRequest(HttpRequest):
    """A request of somebody who is signed in."""

    user: User


View = Callable[Concatenate[PersonRequest, P], HttpResponseBase]


def allow(permission: str) -> Callable[[View[P]], Callable[Concatenate[HttpRequest, P], HttpResponseBase]]:
    """Let the view run only for roles that hold the permission (`review.permissions.ROLES`).

    Signed-out requests never get here: `LoginRequiredMiddleware` sends them to sign in.
    """

    def decorate(view: View[P]) -> Callable[Concatenate[HttpRequest, P], HttpResponseBase]:
        @wraps(view)
        def allowed(request: HttpRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponseBase:
            check(request.user, permission)
            assert not isinstance(request.user, AnonymousUser)  # noqa: S101 - for the type checker
            return view(request, *args, **kwargs)  # type: ignore[arg-type]

        allowed.permission = permission  # type: ignore[attr-defined]
        return cast(Callable[Concatenate[HttpRequest, P], HttpResponseBase], allowed)

    return decorate
