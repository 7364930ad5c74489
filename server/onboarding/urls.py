"""Which address leads where in this app."""

from django.urls import path

from server.onboarding import views

urlpatterns = [
    path("", views.communities, name="onboarding"),
    path("new/", views.new_community, name="onboarding_new"),
]
