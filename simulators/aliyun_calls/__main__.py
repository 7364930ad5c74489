"""``python -m simulators.aliyun_calls --key-id ID --secret SECRET``: the service on a port here.

Its first line says in JSON where it is reached (``endpoint``) and steered (``control``): ``POST /set``
with ``arrives_after_s`` (until what became of a call is known), ``delay_s``, ``fail`` (the state of a
call that nobody takes), ``refuse``, ``cut``, ``limited``; ``GET /state`` shows who was called."""

from typing import Any

from simulators import sms_gateway
from simulators.aliyun_calls.exchange import Exchange


def _called(exchange: Exchange) -> list[dict[str, Any]]:
    return [{"to": one.number, "call_id": one.call_id, **one.values} for one in exchange.called]


if __name__ == "__main__":
    settable = {**sms_gateway.SETTABLE, "limited": bool}
    sms_gateway.run("aliyun_calls", __doc__, Exchange, _called, settable=settable)
