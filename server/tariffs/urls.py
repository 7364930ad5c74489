"""Which address leads where in this app."""

from django.urls import path

from server.tariffs import views

urlpatterns = [
    path("", views.prices, name="prices"),
    path("<int:item>/", views.new_tariff, name="new_tariff"),
]
