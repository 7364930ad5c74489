"""Paying in WeChat's own window: the order waits until WeChat has said who pays, then its channel is
asked, and the payment's page calls WeChat's bridge. The openid goes to the channel and is kept
nowhere."""

from datetime import datetime
from uuid import UUID

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_GET

from contract.messages import PaymentState
from server.gateways.official_account import NotNamed, OfficialAccount
from server.payments import initiation
from server.payments.channels import registry
from server.payments.channels.interface import Browser, ChannelUnavailable, OutcomeUnknown
from server.payments.initiation import REFUSALS
from server.payments.models import PaymentOrder
from server.payments.serializers import status_url
from server.phone import limits, status_views, wallets, wechat_openid
from server.phone.views import too_often
from server.staff.sign_in import address_of

PAY_AT_ONCE = "#pay"  # the page opens WeChat's bridge by itself, once, for whoever began it


@never_cache
@require_GET
def in_wechat(request: HttpRequest, payment_id: UUID) -> HttpResponse:
    """To WeChat's page, or back from it and to the payment's."""
    rows = PaymentOrder.objects.select_related("community", "unit")
    order, now = rows.filter(payment_id=str(payment_id)).first(), timezone.now()
    if order is None or not order.by_phone:
        raise Http404
    page = reverse("payment_status", args=[payment_id])
    through = registry.window(order.method)
    waits = order.life is PaymentState.CREATED and not order.cancel_wanted
    if not waits or through is None or not wallets.in_wechat(request, order.method):
        return redirect(page)
    assert through.account is not None
    try:
        limits.named(address_of(request), now)
    except limits.TooOften:
        return too_often(request)
    if not wechat_openid.comes_back(request):
        return wechat_openid.asks(request, through.account)
    try:
        _goes_on(request, order, through.account, now)
    except NotNamed:
        said = _("WeChat did not say who pays. You were not charged. Please try again")
        answer = status_views.page(request, order, now, said, status=409)
    else:
        answer = redirect(page + PAY_AT_ONCE)
    return wechat_openid.over(request, answer)


def _goes_on(
    request: HttpRequest, order: PaymentOrder, account: OfficialAccount, now: datetime
) -> None:
    """Raises NotNamed. Whatever the channel says, the payment's page says how it stands."""
    openid = wechat_openid.openid(request, account, order.community_id, now)
    back = status_url(order.payment_id)
    browser = Browser(address_of(request), back, in_window=True, openid=openid)
    try:
        initiation.go_on(order, browser, now)
    except (OutcomeUnknown, ChannelUnavailable, *REFUSALS):
        pass
