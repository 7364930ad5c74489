"""Which address leads where in this app."""

from django.urls import path

from server.bill_mail import views

urlpatterns = [path("run/<int:run>/mail/", views.bill_mails, name="bill_mails")]
