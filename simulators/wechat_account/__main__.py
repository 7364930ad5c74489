"""``python -m simulators.wechat_account --key-id APPID --secret SECRET --token TOKEN``: a WeChat official
account on a port of this machine.

Its first line says in JSON where it is reached (``endpoint``) and steered (``control``): ``POST /set``
with ``refuse`` (the code that each message is answered with), ``fail`` (the event's words of one that
does not arrive), ``arrives_after_s``, ``cut`` (calls done and not answered), ``delay_s``,
``ends_tokens`` or ``events`` (the address that is told of messages: ``.../notify/account/CODE``);
``GET /state`` shows what was sent.
"""

from dataclasses import asdict

from simulators.sms_gateway import run
from simulators.wechat_account.gateway import Gateway

SETTABLE = {
    "arrives_after_s": float,
    "delay_s": float,
    "fail": str,
    "refuse": int,
    "cut": int,
    "ends_tokens": int,
    "events": str,
}


def main() -> None:
    run(
        "wechat_account",
        __doc__,
        lambda appid, secret, token: Gateway(appid, secret, token),
        lambda gateway: [asdict(one) for one in gateway.sent],
        options=(("token", "test-token"),),
        settable=SETTABLE,
    )


if __name__ == "__main__":
    main()
