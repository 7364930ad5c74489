"""Which address leads where in this app."""

from django.urls import path

from server.moves import views

urlpatterns = [path("units/<int:unit>/move/", views.move_page, name="unit_move")]
