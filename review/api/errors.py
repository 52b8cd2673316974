"""Refusals as `{"errors": [{"field", "reason"}]}`, whatever refused."""

from __future__ import annotations

from typing import Any

from rest_framework.response import Response
from rest_framework.views import exception_handler

from review.actions.bringing_in import describe
from review.actions.errors import ActionError


def handle(error: Exception, context: dict[str, Any]) -> Response | None:
    """The answer to an exception in an API view; None lets a fault of ours become a 500."""
    if isinstance(error, ActionError):
        field, reason = describe(error)
        return Response({"errors": [{"field": field, "reason": reason}]}, status=error.status)
    response = exception_handler(error, context)
    if response is not None:
        response.data = {"errors": [{"field": "", "reason": str(response.data["detail"])}]}
    return response
