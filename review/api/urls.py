"""The REST API and its documentation."""

from django.urls import path

from review.api import docs, views

urlpatterns = [
    path("v1/charts/", views.ChartsView.as_view(), name="api_charts"),
    path("v1/charts/<uuid:public_id>/", views.ChartView.as_view(), name="api_chart"),
    path("v1/fhir/", views.FhirView.as_view(), name="api_fhir"),
    path("schema/", docs.schema, name="api_schema"),
    path("docs/", docs.page, name="api_docs"),
]
