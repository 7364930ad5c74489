"""The simulated serial scanner as a process, read by the real driver."""

import time

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


def test_each_fault_costs_at_most_the_code_it_hits(tmp_path):
    """Whatever comes, nothing false is handed over, and the next good code arrives."""
    link = tmp_path / "ttyScanner"
    with running("serial_scanner", "--pty", str(link)) as scanner:
        driver = create({"port": str(link)})
        driver.open()
        texts: list[str] = []
        try:
            driver.arm(lambda scan: texts.append(scan.text))
            time.sleep(0.2)  # what comes right when it is armed belongs to nobody
            scanner.post("fault", name="half")
            scanner.post("scan", text="LPUNIT:lakeside:12-1-1202")
            scanner.post("clear")
            time.sleep(0.4)
            scanner.post("scan", text="7-1-701")
            assert wait_until(lambda: "7-1-701" in texts)
            assert "LPUNIT:lakeside:12-1-1202" not in texts
            scanner.post("fault", name="burst")
            scanner.post("scan", text="8-1-801")
            wanted = {"8-1-801", *(f"{n}-1-101" for n in range(1, 5))}
            assert wait_until(lambda: wanted <= set(texts))
            scanner.post("clear")
            scanner.post("fault", name="stuck")
            time.sleep(0.6)
            assert texts.count("8-1-801") == 1, "a stuck trigger scans nothing twice"
            scanner.post("fault", name="unplugged")
            assert wait_until(lambda: driver.status().level is Level.ERROR)
            scanner.post("clear")
            assert wait_until(lambda: driver.status().level is Level.OK)
            assert scanner.post("fault", name="no such").status_code == 400
        finally:
            driver.close()


def test_faults_come_by_schedule_with_the_count_of_scans(tmp_path):
    plan = tmp_path / "plan.toml"
    plan.write_text('[[fault]]\nat_count = 2\nfault = "silent"\nfor_s = 0.3\n')
    options = ("--pty", str(tmp_path / "tty"), "--schedule", str(plan))
    with running("serial_scanner", *options) as scanner:
        assert scanner.post("scan", text="A").json() == {"read": True}
        assert scanner.post("scan", text="B").json() == {"read": False}
        assert wait_until(lambda: scanner.state()["faults"] == [])
        assert scanner.post("scan", text="C").json() == {"read": True}
