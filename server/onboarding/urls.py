"""Which address leads where in this app."""

from django.urls import path

from server.onboarding import import_pages, views

urlpatterns = [
    path("", views.communities, name="onboarding"),
    path("template/", import_pages.template, name="onboarding_template"),
    path("<int:community>/import/", import_pages.import_page, name="onboarding_import"),
    path("<int:community>/import/<int:pk>/", import_pages.file_page, name="onboarding_file"),
    path(
        "<int:community>/import/<int:pk>/live/", import_pages.file_live, name="onboarding_file_live"
    ),
    path("new/", views.new_community, name="onboarding_new"),
]
