"""Which address leads where in this app."""

from django.urls import path

from server.counter import bill_views, credit_views

urlpatterns = [
    path("bills/<str:number>/", bill_views.bill_page, name="bill_page_of_staff"),
    path("units/<int:unit>/credit/", credit_views.credit_page, name="unit_credit"),
    path("credit/<str:number>/", credit_views.receipt, name="credit_receipt"),
]
