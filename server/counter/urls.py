"""Which address leads where in this app."""

from django.urls import path

from server.counter import bill_views

urlpatterns = [path("bills/<str:number>/", bill_views.bill_page, name="bill_page_of_staff")]
