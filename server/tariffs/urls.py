"""Which address leads where in this app."""

from django.urls import path

from server.tariffs import package_views, views

urlpatterns = [
    path("", views.prices, name="prices"),
    path("packages/", package_views.package_offers, name="package_offers"),
    path("<int:item>/", views.new_tariff, name="new_tariff"),
]
