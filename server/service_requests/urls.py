"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.service_requests import topic_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("", views.requests_page, name="service_requests"),
    path("new/", views.desk_page, name="service_desk"),
    path("topics/", topic_views.topics_page, name="service_topics"),
    path("photos/<int:pk>.jpg", views.photo, name="service_photo"),
    path("<uuid:request_id>/", views.request_page, name="service_request"),
]
