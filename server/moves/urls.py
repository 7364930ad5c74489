"""Which address leads where in this app."""

from django.urls import path

from server.moves import regroup_views, views

urlpatterns = [
    path("units/<int:unit>/move/", views.move_page, name="unit_move"),
    path("units/<int:unit>/merge/", regroup_views.merge_page, name="unit_merge"),
    path("units/<int:unit>/split/", regroup_views.split_page, name="unit_split"),
]
