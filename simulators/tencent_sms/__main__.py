"""``python -m simulators.tencent_sms --key-id ID --secret SECRET --app-id APP``: the gateway on a
port of this machine.

Its first line says in JSON where it is reached (``endpoint``) and steered (``control``): ``POST /set``
with ``arrives_after_s``, ``delay_s``, ``fail``, ``refuse``, ``cut``; ``GET /state`` shows
what was sent."""

from typing import Any

from simulators import sms_gateway
from simulators.tencent_sms.gateway import Gateway


def _sent(gateway: Gateway) -> list[dict[str, Any]]:
    return [
        {"to": s.number, "serial": s.serial, "template": s.template, "values": s.values}
        for s in gateway.sent
    ]


if __name__ == "__main__":
    app = [("app_id", "1400000000")]
    sms_gateway.run("tencent_sms", __doc__, Gateway, _sent, app)
