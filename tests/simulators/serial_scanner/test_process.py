"""The simulated serial scanner as a process, read by the real driver."""

from device_drivers.scanners.serial_line import create
from device_drivers.status import Level
from tests.device_drivers.waiting import wait_until
from tests.simulators.processes import running


def test_what_it_is_told_to_see_arrives_at_the_driver(tmp_path):
    link = tmp_path / "ttyScanner"
    with running("serial_scanner", "--pty", str(link), "--profile", "honeywell") as scanner:
        driver = create({"port": str(link), "profile": "honeywell"})
        driver.open()
        scans = []
        try:
            assert scanner.post("scan", text="TOO-EARLY").json() == {"read": False}
            driver.arm(scans.append)
            assert wait_until(lambda: scanner.state()["triggered"])
            scanner.post("fault", name="garbage")
            answer = scanner.post("scan", text="https://pay.example/b/1", aim="]Q1")
            assert answer.json() == {"read": True}
            assert wait_until(lambda: scans)
            assert (scans[0].text, scans[0].kind) == ("https://pay.example/b/1", "QRCODE")
            scanner.post("unplug")
            assert wait_until(lambda: driver.status().level is Level.ERROR)
            scanner.post("plug_in")
            assert wait_until(lambda: driver.status().level is Level.OK)
        finally:
            driver.close()
