"""Which address leads where in this app."""

from django.urls import path

from server.counter import (
    ahead_views,
    bill_views,
    credit_views,
    instalment_views,
    package_views,
)

urlpatterns = [
    path("bills/<str:number>/", bill_views.bill_page, name="bill_page_of_staff"),
    path("units/<int:unit>/credit/", credit_views.credit_page, name="unit_credit"),
    path(
        "units/<int:unit>/instalments/", instalment_views.unit_instalments, name="unit_instalments"
    ),
    path("instalments/", instalment_views.agreements, name="instalments"),
    path("instalments/<int:agreement>/", instalment_views.agreement, name="instalment_agreement"),
    path("units/<int:unit>/packages/", package_views.packages_page, name="unit_packages"),
    path("units/<int:unit>/waivers/", ahead_views.ahead_page, name="unit_waivers"),
    path("credit/<str:number>/", credit_views.receipt, name="credit_receipt"),
]
