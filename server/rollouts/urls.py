"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.rollouts import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("releases/", views.releases_page, name="releases"),
    path("releases/<str:version>/", views.release_page, name="release"),
]
