"""``python -m simulators.aliyun_sms --key-id ID --secret SECRET``: the gateway on a port of this machine.

Its first line says in JSON where it is reached (``endpoint``) and steered (``control``): ``POST /set``
with ``arrives_after_s``, ``delay_s``, ``fail``, ``refuse``, ``cut``, ``limited``; ``GET /state`` shows
what was sent."""

from typing import Any

from simulators import sms_gateway
from simulators.aliyun_sms.gateway import Gateway


def _sent(gateway: Gateway) -> list[dict[str, Any]]:
    return [{"to": s.number, "biz_id": s.biz_id, **s.values} for s in gateway.sent]


if __name__ == "__main__":
    settable = {**sms_gateway.SETTABLE, "limited": bool}
    sms_gateway.run("aliyun_sms", __doc__, Gateway, _sent, settable=settable)
