"""The URLs of the pages of delivery."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.urls import path

from lienthong.portal.delivery import (
    board,
    candidates,
    cascade,
    drafts,
    drawings,
    exchanges,
    imports,
    indicators,
    observations,
    questions,
    register,
    reports,
    sessions,
    targets,
    tasks,
)

if TYPE_CHECKING:
    from django.urls import URLPattern, URLResolver

urlpatterns: list[URLPattern | URLResolver] = [
    path("", board.show_board, name="delivery-board"),
    path("illustrative/", board.show_illustrative_board, name="delivery-illustrative-board"),
    path("targets/<str:plan>/", targets.show_plan, name="delivery-plan"),
    path("targets/<str:plan>/<str:target>/", targets.show_target, name="delivery-target"),
    path("targets/<str:plan>/<str:target>/chart.svg", drawings.draw_target, name="delivery-target-chart"),
    path("indicators/", indicators.show_indicators, name="delivery-indicators"),
    path("indicators/<str:code>/", indicators.show_indicator, name="delivery-indicator"),
    path("indicators/<str:code>/chart.svg", drawings.draw_indicator, name="delivery-indicator-chart"),
    path("indicators/<str:code>/areas.svg", drawings.draw_areas, name="delivery-areas-chart"),
    path("indicators/<str:code>/map.svg", drawings.draw_area_map, name="delivery-areas-map"),
    path("indicators/<str:code>/figures/<str:form>", indicators.send_figures, name="delivery-figures"),
    path("figures/<int:row>/", observations.show_observation, name="delivery-observation"),
    path("figures/<int:row>/records/", observations.show_records, name="delivery-records"),
    path("exchanges/<str:exchange>/", exchanges.show_exchange, name="delivery-exchange"),
    path("exchanges/<str:exchange>/package.zip", exchanges.send_package, name="delivery-package"),
    path("import/", imports.show_import, name="delivery-import"),
    path("directives/", register.show_directives, name="delivery-directives"),
    path("directives/register/", register.show_register, name="delivery-register"),
    path("directives/<int:row>/", register.show_directive, name="delivery-directive"),
    path("directives/<int:row>/cascade/", cascade.show_cascade, name="delivery-cascade"),
    path("tasks/", tasks.show_tasks, name="delivery-tasks"),
    path("tasks/give/", tasks.show_give, name="delivery-give"),
    path("tasks/<str:code>/", tasks.show_task, name="delivery-task"),
    path("questions/", questions.show_questions, name="delivery-questions"),
    path("questions/<int:row>/", questions.show_question, name="delivery-question"),
    path("proofs/<int:proof>/", tasks.send_proof, name="delivery-proof"),
    path("sessions/", sessions.show_sessions, name="delivery-sessions"),
    path("sessions/<str:code>/", sessions.show_session, name="delivery-session"),
    path("sessions/<str:code>/papers/<int:material>/", sessions.send_material, name="delivery-material"),
    path("sessions/<str:code>/report/", reports.show_report, name="delivery-report"),
    path("sessions/<str:code>/report/files/<str:form>", reports.send_report, name="delivery-report-file"),
    path("sessions/<str:code>/report/pictures/<int:number>.svg", reports.draw_picture, name="delivery-report-picture"),
    path("sessions/<str:code>/report/words/<str:where>/", reports.write_words, name="delivery-report-words"),
    path("candidates/", candidates.show_documents, name="delivery-documents"),
    path("candidates/<int:document>/", candidates.show_candidates, name="delivery-candidates"),
    path("candidates/<int:document>/<int:candidate>/", candidates.show_candidate, name="delivery-candidate"),
    path("drafts/", drafts.show_drafts, name="delivery-drafts"),
    path("drafts/<int:candidate>/", drafts.show_draft, name="delivery-draft"),
]
