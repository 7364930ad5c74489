"""The scripted demo as a user starts it: four residents, and everything agrees."""

import json
import subprocess
import sys

import pytest

pytestmark = [pytest.mark.slow, pytest.mark.timeout(400)]


def test_four_residents_pay_and_everybody_agrees(tmp_path):
    done = subprocess.run(
        [sys.executable, "-m", "lobbypay", "demo", "--script", "--out", str(tmp_path)],
        capture_output=True,
        text=True,
        timeout=360,
    )
    assert done.returncode == 0, done.stdout + done.stderr
    told = json.loads((tmp_path / "journey.json").read_text())
    assert told["agree"] is True
    assert [j["method"] for j in told["journeys"]] == ["wechat", "card", "alipay", "wechat"]
    assert [j["language"] for j in told["journeys"]] == ["zh_CN", "zh_CN", "en", "zh_CN"]
    assert len(told["journeys"][1]["bills"]) == 2
    for journey in told["journeys"]:
        assert (journey["kiosk_state"], journey["server_state"]) == ("approved", "approved")
        for step in journey["steps"]:
            assert (tmp_path / step["screenshot"]).stat().st_size > 5000
        receipt = tmp_path / journey["receipt"]
        assert receipt.exists()
        assert receipt.with_suffix(".bin").read_bytes().startswith(b"\x1b@")
    for name in ("bill.pdf", "server.sqlite3", "journal.sqlite3"):
        assert (tmp_path / name).stat().st_size > 1000
    assert "declined" in {s["screen"] for s in told["journeys"][2]["steps"]}
    assert "paying_code" in {s["screen"] for s in told["journeys"][3]["steps"]}
