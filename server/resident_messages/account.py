"""A community's account with a provider of text messages."""

from django.conf import settings

from server.gateways import sealing
from server.gateways.aliyun import AliyunSms
from server.gateways.sms import SmsAccount, SmsProvider
from server.gateways.tencent import TencentSms
from server.outbox.models import MessageTerms, Provider


def provider_of(terms: MessageTerms) -> SmsProvider | None:
    """None: the account is not complete, or its secret was sealed with another key."""
    if not (terms.provider and terms.key_id and terms.sign_name and terms.secret):
        return None
    try:
        secret = sealing.opened(terms.secret)
    except sealing.Unreadable:
        return None
    places = settings.LOBBYPAY.messages
    if terms.provider == Provider.TENCENT:
        if not terms.app_id:
            return None
        endpoint = places.tencent_endpoint
        return TencentSms(SmsAccount(terms.key_id, secret, terms.sign_name, endpoint, terms.app_id))
    return AliyunSms(SmsAccount(terms.key_id, secret, terms.sign_name, places.aliyun_endpoint))
