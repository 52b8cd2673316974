"""The root of the URL tree."""

from datetime import date

from django.urls import include, path, register_converter

from review.views import errors


class DateConverter:
    """`2026-11-16` in a URL as a `date`; anything that is no date is a 404."""

    regex = "[0-9]{4}-[0-9]{2}-[0-9]{2}"

    def to_python(self, value: str) -> date:
        return date.fromisoformat(value)

    def to_url(self, value: date) -> str:
        return value.isoformat()


register_converter(DateConverter, "date")

urlpatterns = [path("", include("review.urls"))]

handler400 = errors.bad_request
handler403 = errors.forbidden
handler404 = errors.not_found
handler500 = errors.server_error
