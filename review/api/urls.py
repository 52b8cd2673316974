"""The REST API and its documentation."""

from django.urls import path

from review.api import codebook, decisions, docs, views

urlpatterns = [
    path("v1/charts/", views.ChartsView.as_view(), name="api_charts"),
    path("v1/charts/<uuid:public_id>/", views.ChartView.as_view(), name="api_chart"),
    path("v1/charts/<uuid:public_id>/decisions/", decisions.DecisionsView.as_view(), name="api_decisions"),
    path("v1/fhir/", views.FhirView.as_view(), name="api_fhir"),
    path("v1/codebook/codes/<str:code>/", codebook.CodeView.as_view(), name="api_code"),
    path("v1/codebook/search/", codebook.SearchView.as_view(), name="api_code_search"),
    path("v1/codebook/check/", codebook.CheckView.as_view(), name="api_check"),
    path("v1/codebook/group/", codebook.GroupView.as_view(), name="api_group"),
    path("v1/codebook/compare/", codebook.CompareView.as_view(), name="api_compare"),
    path("schema/", docs.schema, name="api_schema"),
    path("docs/", docs.page, name="api_docs"),
]
