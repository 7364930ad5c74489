"""Which address leads where in this app."""

from django.urls import path

from server.billing_runs import (
    closing_views,
    paper_views,
    preview_views,
    reading_views,
    schedule_views,
    views,
)

urlpatterns = [
    path("", views.choose, name="billing_runs"),
    path("preview/", preview_views.ask, name="billing_preview_ask"),
    path("preview/<int:pk>/", preview_views.preview, name="billing_preview"),
    path("preview/<int:pk>/live/", preview_views.live, name="billing_preview_live"),
    path("papers/", paper_views.layout, name="billing_papers"),
    path("run/<int:pk>/note/", paper_views.note, name="billing_paper_note"),
    path("start/", views.start, name="billing_start"),
    path("readings/", reading_views.walk, name="billing_readings"),
    path("readings/photo/<int:pk>.jpg", reading_views.photo, name="billing_reading_photo"),
    path("close/", closing_views.close, name="billing_close"),
    path("schedules/", schedule_views.every_schedule, name="billing_schedules"),
    path("schedule/", schedule_views.schedule, name="billing_schedule"),
    path("due/<int:pk>/leave-out/", schedule_views.leave_out, name="billing_leave_out"),
    path("reissue/", views.reissue, name="billing_reissue"),
    path("run/<int:pk>/", views.run, name="billing_run"),
    path("run/<int:pk>/live/", views.live, name="billing_run_live"),
    path("run/<int:pk>/papers/<str:name>", views.paper, name="billing_paper"),
    path("run/<int:pk>/act/", views.act, name="billing_run_act"),
]
