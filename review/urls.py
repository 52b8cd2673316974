"""Every page. State changes are POSTs; pages work without JavaScript."""

from django.urls import include, path

from review.views import (
    account,
    assigned,
    chart,
    codebook,
    codes,
    exports,
    health,
    reports,
    suggestion,
    system,
    upload,
    worklist,
)

chart_urls = [
    path("", chart.show, name="chart"),
    path("claim/", chart.claim, name="chart_claim"),
    path("release/", chart.release, name="chart_release"),
    path("add/", chart.add, name="chart_add"),
    path("undo/", chart.undo, name="chart_undo"),
    path("submit/", chart.submit, name="chart_submit"),
    path("hold/", chart.hold, name="chart_hold"),
    path("resume/", chart.resume, name="chart_resume"),
    path("retry/", chart.retry, name="chart_retry"),
]

urlpatterns = [
    path("", account.home, name="home"),
    path("sign-in/", account.SignIn.as_view(), name="sign_in"),
    path("sign-out/", account.SignOut.as_view(), name="sign_out"),
    path("worklist/", worklist.show, name="worklist"),
    path("worklist/next/", worklist.next_chart, name="next_chart"),
    path("charts/<uuid:public_id>/", include(chart_urls)),
    path("suggestions/<int:pk>/accept/", suggestion.accept, name="suggestion_accept"),
    path("suggestions/<int:pk>/modify/", suggestion.modify, name="suggestion_modify"),
    path("suggestions/<int:pk>/reject/", suggestion.reject, name="suggestion_reject"),
    path("assigned/<int:pk>/move/", assigned.move, name="assigned_move"),
    path("assigned/<int:pk>/poa/", assigned.poa, name="assigned_poa"),
    path("codes/search/", codes.search, name="code_search"),
    path("codebook/", codebook.index, name="codebook"),
    path("codebook/releases/", codebook.releases, name="codebook_releases"),
    path("codebook/releases/suggest-again/", codebook.suggest_again, name="codebook_suggest_again"),
    path("codebook/build/", codebook.build, name="codebook_build"),
    path("codebook/<str:system>/<str:code>/", codebook.code, name="entry"),
    path("codebook/<str:system>/<str:code>/favourite/", codebook.favourite, name="entry_favourite"),
    path("upload/", upload.upload, name="upload"),
    path("reports/", reports.index, name="reports"),
    path("reports/make/", reports.make, name="report_make"),
    path("reports/<date:week>/", reports.show, name="report"),
    path("reports/<date:week>/charts/", reports.charts, name="report_charts"),
    path("exports/", exports.index, name="exports"),
    path("exports/overrides.csv", exports.overrides, name="export_overrides"),
    path("system/", system.show, name="system"),
    path("healthz", health.healthz, name="healthz"),
    path("api/", include("review.api.urls")),
]
