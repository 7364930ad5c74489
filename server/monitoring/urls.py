"""Which address leads where in this room."""

from django.urls import URLPattern, URLResolver, path

from server.monitoring import views

urlpatterns: list[URLPattern | URLResolver] = [
    path("healthz", views.healthz, name="healthz"),
    path("readyz", views.readyz, name="readyz"),
    path("metrics", views.metrics, name="metrics"),
]
