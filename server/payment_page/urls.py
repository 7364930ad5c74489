"""Which address leads where in this app."""

from django.urls import path

from server.payment_page import views

urlpatterns = [
    path("<uuid:payment_id>/", views.payment_page, name="payment_page"),
    path("<uuid:payment_id>/receipt.pdf", views.receipt, name="payment_receipt"),
]
