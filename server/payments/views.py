"""What the channels reach without a login: their word of a payment, believed by its signature."""

import logging

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.http import require_POST

from server.payments import notifications
from server.payments.channels import registry
from server.payments.channels.interface import NotGenuine

log = logging.getLogger(__name__)


@csrf_exempt
@require_POST
def notify(request: HttpRequest, method: str) -> HttpResponse:
    """A channel's notification. It is believed when its signature is, and may come many times."""
    channel = registry.channel(method)
    if channel is None:
        return HttpResponse(status=404)
    try:
        news = channel.parse_notification(dict(request.headers), request.body)
    except NotGenuine as error:
        log.warning("notification refused: %s: %s", method, error)
        return HttpResponse("FAIL", status=401)
    if not notifications.take(method, news, timezone.now()):
        return HttpResponse("FAIL", status=503)
    status_code, content_type, body = channel.acknowledgement()
    return HttpResponse(body, content_type, status_code)
