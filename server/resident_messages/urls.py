"""Which address leads where in this app."""

from django.urls import path

from server.resident_messages import household_views, log_views, terms_views

urlpatterns = [
    path("", log_views.messages_page, name="resident_messages"),
    path("settings/", terms_views.terms_page, name="message_terms"),
    path("<int:pk>/", log_views.message_page, name="resident_message"),
    path("units/<int:unit>/", household_views.household_page, name="message_household"),
]
