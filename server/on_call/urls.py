"""Which address leads where in this app."""

from django.urls import path

from server.on_call import address_views, alert_views, calendar_views, plan_views, rule_views

urlpatterns = [
    path("", alert_views.alerts, name="alerts"),
    path("<int:alert>/", alert_views.alert_page, name="alert"),
    path("on-call/", plan_views.plan_page, name="on_call"),
    path("rules/", rule_views.rules_page, name="alert_rules"),
    path("calendar/", calendar_views.own_calendar, name="own_calendar"),
    path("calendar/<str:secret>.ics", calendar_views.feed, name="calendar_feed"),
    path("addresses/", address_views.addresses_page, name="alert_addresses"),
]
