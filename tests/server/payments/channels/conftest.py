"""The simulated channels as processes of their own, and our adapters pointed at them."""

from datetime import UTC, datetime, timedelta

import pytest

from lobbypay.demo.processes import Processes
from server.payments.channels import alipay, wechat
from server.payments.channels.interface import Order
from simulators import channel_keys
from simulators.control import call


@pytest.fixture(scope="module", autouse=True)
def own_day() -> None:
    """The channels' clocks are real."""


class Line:
    """One channel: our adapter, the simulator behind it, and the resident's phone."""

    def __init__(self, name, url, table, keys):
        module = wechat if name == "wechat" else alipay
        self.name, self.url, self.table, self.keys = name, url, table, keys
        self.channel = module.create(table)
        self._count = 0

    def order(self, amount_minor=33208, minutes=10) -> Order:
        self._count += 1
        number = f"{datetime.now(UTC):%H%M%S%f}{self._count:06d}"
        expires_at = datetime.now(UTC) + timedelta(minutes=minutes)
        return Order(number, amount_minor, "CNY", "湖畔花园 3-2-1201 物业缴费", expires_at, "K03")

    def phone_code(self):
        """What the wallet on the resident's phone shows now."""
        return call(f"{self.url}/phone/code", {})["code"]

    def phone(self, what, code_url):
        return call(f"{self.url}/phone/{what}", {"code_url": code_url})

    def faults(self, **wanted):
        return call(f"{self.url}/admin/faults", wanted)

    def refund_in_console(self, order, amount_minor):
        told = {"out_trade_no": order.out_trade_no, "amount_minor": amount_minor}
        return call(f"{self.url}/admin/refund", told)

    def books(self, order):
        orders = call(f"{self.url}/admin/orders")["orders"]
        return next((o for o in orders if o["out_trade_no"] == order.out_trade_no), None)


@pytest.fixture(scope="session")
def lines(tmp_path_factory):
    folder = tmp_path_factory.mktemp("channels")
    keys = folder / "keys"
    channel_keys.write_keys(keys)
    with Processes(folder / "logs") as processes:
        urls = {}
        for name, module in (("wechat", "wechat_pay"), ("alipay", "alipay")):
            running = processes.start(
                name,
                f"simulators.{module}",
                *("--bind", "127.0.0.1:0", "--keys", str(keys)),
                *("--state", str(folder / f"{name}.sqlite3")),
            )
            urls[name] = f"http://127.0.0.1:{running.ready['port']}"
        tables = channel_keys.server_tables(
            keys, urls["wechat"], urls["alipay"], "http://127.0.0.1:9"
        )
        yield {n: Line(n, urls[n], {**tables[n], "timeout_s": 2.0}, keys) for n in urls}


@pytest.fixture(params=["wechat", "alipay"])
def line(request, lines):
    found = lines[request.param]
    found.faults()
    yield found
    found.faults()
