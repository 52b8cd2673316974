"""Who may use the API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from rest_framework.permissions import BasePermission
from rest_framework.request import Request

from review.permissions import SENTENCES, may

if TYPE_CHECKING:
    from rest_framework.views import APIView  # the framework's views import this module, by way of the settings


class MaySendCharts(BasePermission):
    """Holders of a token whose role may bring in charts; the API shows them what became of those."""

    message = SENTENCES["bring_in_charts"]

    def has_permission(self, request: Request, view: APIView) -> bool:
        return may(request.user, "bring_in_charts")


class MayCode(BasePermission):
    """Holders of a coder's token."""

    message = SENTENCES["code_charts"]

    def has_permission(self, request: Request, view: APIView) -> bool:
        return may(request.user, "code_charts")


class MayAskCodebook(BasePermission):
    """Holders of a token of any role: the book holds nobody's data."""

    message = SENTENCES["ask_codebook"]

    def has_permission(self, request: Request, view: APIView) -> bool:
        return may(request.user, "ask_codebook")
