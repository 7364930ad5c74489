"""The whole house on one machine, in one folder: server, channels, devices, kiosk, each a process.

Nothing here is faked for the demo: the kiosk and the server run as they would in a lobby; only the
world outside them is simulated, and says so.
"""

import secrets
import socket
import sqlite3
import time
import urllib.request
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from kiosk import staff_pin
from kiosk.journal.continuation import current
from lobbypay.demo.card_terminals import TERMINALS
from lobbypay.demo.processes import DidNotStart, Processes, Running
from simulators import channel_keys
from simulators.control import call

SCANNED_UNIT = "3-2-1201"
KIOSK_READY_S = 60.0
STAFF_PIN = "271828"
SERVER_READY_S = 60.0
PASSWORD_ABOVE_YUAN = 500  # so that the sample's bills show both ways of a payment code


def free_port() -> int:
    with closing(socket.socket()) as finder:
        finder.bind(("127.0.0.1", 0))
        return finder.getsockname()[1]


def _toml(tables: dict[str, dict[str, Any]]) -> str:
    lines: list[str] = []
    for name, table in tables.items():
        lines.append(f"[{name}]")
        for key, value in table.items():
            if isinstance(value, bool):
                shown = "true" if value else "false"
            elif isinstance(value, int | float):
                shown = str(value)
            elif isinstance(value, list):
                shown = "[" + ", ".join(f'"{v}"' for v in value) + "]"
            else:
                shown = '"' + str(value).replace("\\", "\\\\").replace('"', '\\"') + '"'
            lines.append(f"{key} = {shown}")
        lines.append("")
    return "\n".join(lines)


@dataclass
class House:
    """``start`` brings everything up; leaving the processes' context ends it."""

    folder: Path
    processes: Processes
    display: str
    size: tuple[int, int] = (1080, 1920)
    scanned_unit: str = SCANNED_UNIT
    staff_password: str = field(default_factory=lambda: secrets.token_urlsafe(9))
    card_delay_s: float = 0.8
    card_terminal: str = "zvt"  # which of TERMINALS
    with_line: bool = False  # between kiosk and server, to be cut
    kiosk_program: tuple[str, ...] = ("lobbypay", "kiosk")
    database_url: str = ""  # of the server; else SQLite in the folder
    server_options: tuple[str, ...] = ()  # of ``lobbypay server run``
    running: dict[str, Running] = field(default_factory=dict)

    @property
    def server_url(self) -> str:
        return f"http://127.0.0.1:{self.server_port}"

    @property
    def server_config(self) -> Path:
        return self.folder / "server.toml"

    @property
    def server_db(self) -> Path:
        return self.folder / "server" / "server.sqlite3"

    @property
    def journal(self) -> Path:
        return current(self.folder / "kiosk")

    @property
    def kiosk_config(self) -> Path:
        return self.folder / "kiosk.toml"

    @property
    def probe(self) -> Path:
        return self.folder / "probe.sock"

    @property
    def bill_pdf(self) -> Path:
        return self.folder / "bill.pdf"

    def start(self) -> None:
        """Everything, in the order in which one needs the other; the rest side by side."""
        self.folder.mkdir(parents=True, exist_ok=True)
        self.server_port = free_port()
        with ThreadPoolExecutor(max_workers=2) as beside:
            devices = beside.submit(self.start_devices)
            self.start_channels()
            self.make_server()
            bill = beside.submit(self.print_bill)
            self.start_server()
            if self.with_line:
                self.start_line()
            devices.result()
            self.enrol_kiosk()
            self.start_kiosk()
            self.await_window()
            bill.result()

    def start_channels(self) -> None:
        keys = self.folder / "channel-keys"
        channel_keys.write_keys(keys)
        for name, module in (("wechat", "wechat_pay"), ("alipay", "alipay")):
            self.running[name] = self.processes.start(
                name,
                f"simulators.{module}",
                *("--bind", "127.0.0.1:0", "--keys", str(keys)),
                *("--state", str(self.folder / f"{name}.sqlite3")),
                *("--password-above", str(PASSWORD_ABOVE_YUAN)),
            )

    def start_devices(self) -> None:
        self.start_terminal()
        self.running["printer"] = self.processes.start(
            "printer",
            "simulators.receipt_printer",
            *("--tcp", "127.0.0.1:0", "--out", str(self.folder / "receipts")),
        )
        self.start_scanner()

    def start_scanner(self) -> None:
        self.running["camera"] = self.processes.start(
            "camera", "simulators.camera", "--folder", str(self.folder / "camera")
        )

    def scanner_table(self) -> dict[str, Any]:
        """The scanner in the kiosk's configuration."""
        return {"driver": "camera", "source": self.folder / "camera", "fps": 8}

    def start_terminal(self, port: int = 0) -> None:
        simulated = TERMINALS[self.card_terminal]
        self.running["terminal"] = self.processes.start(
            "terminal",
            simulated.module,
            *simulated.options(self.folder, port),
            *("--control", "127.0.0.1:0", "--step-delay", str(self.card_delay_s)),
        )

    def make_server(self) -> None:
        keys = self.folder / "channel-keys"
        tables: dict[str, dict[str, Any]] = {
            "server": {
                "data_folder": self.folder / "server",
                "public_url": self.server_url,
                "allowed_hosts": ["127.0.0.1", "localhost"],
                "idle_minutes": 720,  # as long as the sessions that the desk hands out
            },
            "database": {"url": self.database_url or f"sqlite:///{self.server_db}"},
        }
        channels = channel_keys.server_tables(
            keys, self.channel_url("wechat"), self.channel_url("alipay"), self.server_url
        )
        tables |= {f"channels.{name}": table for name, table in channels.items()}
        self.server_config.write_text(_toml(tables), encoding="utf-8")
        self.server_command("migrate")
        self.pairing_code = secrets.token_hex(5).upper()
        self.server_command(
            "sample-data",
            *("--pairing-code", self.pairing_code),
            *("--staff-name", "demo", f"--staff-password={self.staff_password}"),
        )

    def print_bill(self) -> None:
        self.server_command("bill-pdf", "--unit", SCANNED_UNIT, "--out", str(self.bill_pdf))

    def server_command(self, *command: str) -> str:
        return self.processes.run(
            f"server-{command[0]}", "lobbypay", "server", *command, **self._server_environment
        )

    def operator_command(self, *command: str) -> str:
        """What only whoever runs the server can do (``lobbypay.demo.desk.back_office``)."""
        module = "lobbypay.demo.desk.back_office"
        return self.processes.run(
            f"operator-{command[0]}", module, *command, **self._server_environment
        )

    @property
    def _server_environment(self) -> dict[str, str]:
        return {"LOBBYPAY_SERVER_CONFIG": str(self.server_config)}

    def start_server(self) -> None:
        bind = f"127.0.0.1:{self.server_port}"
        command = ("lobbypay", "server", "run", "--bind", bind, *self.server_options)
        server = self.processes.start("server", *command, wait=False, **self._server_environment)
        self.running["server"] = server
        end = time.monotonic() + SERVER_READY_S
        while time.monotonic() < end:
            try:
                with urllib.request.urlopen(f"{self.server_url}/api/v1/openapi.json", timeout=5):
                    return
            except OSError:
                if not server.alive:
                    break
                time.sleep(0.1)
        raise DidNotStart(f"the server did not start; see {self.folder / 'logs' / 'server.log'}")

    def start_line(self) -> None:
        self.running["line"] = self.processes.start(
            "line", "simulators.network_line", "--to", f"127.0.0.1:{self.server_port}"
        )

    @property
    def kiosks_server_url(self) -> str:
        """Where the kiosk finds the server: at its end of the line, if there is one."""
        if self.with_line:
            return f"http://127.0.0.1:{self.running['line'].ready['port']}"
        return self.server_url

    def enrol_kiosk(self) -> None:
        width, height = self.size
        tables = {
            "server": {"url": self.kiosks_server_url},
            "staff": {"pin": staff_pin.make(STAFF_PIN)},
            "window": {"width": width, "height": height, "fullscreen": False},
            "scanner": self.scanner_table(),
            "card_terminal": TERMINALS[self.card_terminal].table(self.running["terminal"].ready),
            "printer": {
                "driver": "escpos",
                "connection": "network",
                "host": "127.0.0.1",
                "port": self.running["printer"].ready["port"],
            },
        }
        top = f'data_dir = "{self.folder / "kiosk"}"\nprobe_socket = "{self.probe}"\n\n'
        self.kiosk_config.write_text(top + _toml(tables), encoding="utf-8")
        self.kiosk_command("enrol", "--pairing-code", self.pairing_code)

    def kiosk_command(self, *command: str) -> str:
        config = ("--config", str(self.kiosk_config))
        return self.processes.run(f"kiosk-{command[0]}", "lobbypay", "kiosk", *config, *command)

    def start_kiosk(self) -> Running:
        self.running["kiosk"] = self.processes.start(
            "kiosk",
            *(*self.kiosk_program, "--config", str(self.kiosk_config)),
            wait=False,
            DISPLAY=self.display,
            LIBGL_ALWAYS_SOFTWARE="1",
        )
        return self.running["kiosk"]

    def await_window(self) -> None:
        """Until the kiosk's window is there. Raises DidNotStart with the kiosk's own last words."""
        end = time.monotonic() + KIOSK_READY_S
        while self.running["kiosk"].alive and time.monotonic() < end:
            if self.probe.exists():
                return
            time.sleep(0.1)
        words = (self.folder / "logs" / "kiosk.log").read_text(encoding="utf-8")[-2000:]
        raise DidNotStart(f"the kiosk's window did not come up:\n{words}")

    def stop(self, name: str) -> None:
        self.processes.end(self.running[name])

    # --- the world outside ---

    def channel_url(self, name: str) -> str:
        return f"http://127.0.0.1:{self.running[name].ready['port']}"

    def control(self, name: str, path: str, body: dict[str, Any] | None = None) -> dict[str, Any]:
        return call(f"{self.running[name].ready['control']}/{path}", body)

    def show_bill(self, pdf: Path) -> None:
        """Somebody holds a bill before the camera."""
        self.control("camera", "show", {"pdf": str(pdf)})

    def hold_phone(self, channel: str) -> None:
        """The resident opens the wallet and holds its payment code before the camera."""
        code = call(f"{self.channel_url(channel)}/phone/code", {})["code"]
        self.control("camera", "show", {"code": code})

    def asked_for_password(self, channel: str) -> str:
        """What the phone asks the password for, as ``phone`` takes it; empty for nothing."""
        orders = call(f"{self.channel_url(channel)}/admin/orders")["orders"]
        return next((o["code_url"] for o in reversed(orders) if o["state"] == "asking"), "")

    def show_nothing(self) -> None:
        self.control("camera", "clear", {})

    def terminal(self, behaviour: str) -> None:
        """What the card terminal does at the next payment."""
        self.control("terminal", "next", {"behaviour": behaviour})

    def transactions(self) -> list[dict[str, Any]]:
        """What the bank behind the terminal knows."""
        return self.control("terminal", "state")["transactions"]

    def phone(self, channel: str, what: str, code_url: str) -> dict[str, Any]:
        """The resident's phone scans the code and pays or declines."""
        call(f"{self.channel_url(channel)}/phone/scan", {"code_url": code_url})
        return call(f"{self.channel_url(channel)}/phone/{what}", {"code_url": code_url})

    def channel_orders(self, channel: str) -> dict[str, dict[str, Any]]:
        """What the channel knows, by our order number."""
        orders = call(f"{self.channel_url(channel)}/admin/orders")["orders"]
        return {o["out_trade_no"]: o for o in orders}

    def receipts(self) -> list[Path]:
        return sorted((self.folder / "receipts").glob("receipt-*.png"))

    def unit_with_bills(self, count: int, but_not: str) -> tuple[str, list[str]]:
        """A unit with so many open bills, and their numbers."""
        with closing(sqlite3.connect(f"file:{self.server_db}?mode=ro", uri=True)) as db:
            rows = db.execute(
                "SELECT u.code, group_concat(b.number) FROM billing_bill b"
                " JOIN estate_unit u ON u.id = b.unit_id WHERE b.state = 'open' AND u.code <> ?"
                " GROUP BY u.code HAVING count(*) = ? ORDER BY u.code LIMIT 1",
                (but_not, count),
            ).fetchall()
        if not rows:
            raise LookupError(f"the sample has no unit with {count} open bills")
        return rows[0][0], sorted(rows[0][1].split(","))
