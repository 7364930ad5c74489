"""Which address leads where in this app."""

from django.urls import URLPattern, URLResolver, path

from server.phone import (
    invoice_views,
    message_views,
    notice_views,
    pay_views,
    payments_views,
    receipt_views,
    request_views,
    status_views,
    views,
    vote_views,
    wechat_views,
)
from server.resident_messages import wechat_events

urlpatterns: list[URLPattern | URLResolver] = [
    path("b/<str:token>", views.bill_page, name="bill_page"),
    path("b/<str:token>/pay", pay_views.pay, name="phone_pay"),
    path("b/<str:token>/requests", request_views.requests_page, name="phone_requests"),
    path("b/<str:token>/payments", payments_views.payments_page, name="phone_payments"),
    path("b/<str:token>/messages", message_views.messages_page, name="phone_messages"),
    path("b/<str:token>/messages/wechat", message_views.link_wechat, name="phone_link_wechat"),
    path("notify/account/<slug:code>", wechat_events.events, name="account_events"),
    path("r/<uuid:key>", request_views.request_page, name="phone_request"),
    path("r/<uuid:key>/<int:pk>.jpg", request_views.photo, name="phone_request_photo"),
    path("n/<str:key>", notice_views.notice, name="phone_notice"),
    path("p/<uuid:payment_id>", status_views.status, name="payment_status"),
    path("p/<uuid:payment_id>/vote", vote_views.vote, name="phone_vote"),
    path("p/<uuid:payment_id>/invoice", invoice_views.invoice, name="phone_invoice"),
    path("p/<uuid:payment_id>/wechat", wechat_views.in_wechat, name="phone_in_wechat"),
    path("p/<uuid:payment_id>/go", pay_views.go_on, name="phone_go_on"),
    path("p/<uuid:payment_id>/open", pay_views.open_anew, name="phone_open"),
    path("p/<uuid:payment_id>/cancel", pay_views.give_up, name="phone_give_up"),
    path("p/<uuid:payment_id>/receipt.pdf", receipt_views.paper, name="phone_receipt"),
    path("p/<uuid:payment_id>/receipt.png", receipt_views.picture, name="phone_receipt_picture"),
]
