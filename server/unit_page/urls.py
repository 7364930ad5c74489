"""Which address leads where in this app."""

from django.urls import path

from server.unit_page import views

urlpatterns = [path("<int:unit>/", views.unit_page, name="unit_page")]
