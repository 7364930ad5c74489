"""The camera scanner on folders of pictures: what it reports, and what it survives."""

import os
import signal
import threading
import time
from dataclasses import replace

import cv2
import numpy as np
import pytest

from device_drivers.errors import NotReachable, ProtocolError
from device_drivers.scanners import camera as camera_driver
from device_drivers.scanners.camera import MotionGate, create
from device_drivers.settings import BadSetting
from device_drivers.status import Level
from tests.device_drivers.scanners.pictures import qr_picture, write
from tests.device_drivers.waiting import wait_until

EMPTY = np.tile(np.linspace(60, 200, 640, dtype=np.uint8), (480, 1))


@pytest.fixture
def camera(tmp_path):
    """Makes an open camera on a folder of pictures; closed after the test."""
    made = []

    def make(*pictures, **settings):
        folder = tmp_path / f"camera{len(made)}"
        folder.mkdir()
        for number, picture in enumerate(pictures):
            write(folder, f"{number:03d}.png", picture)
        settings = {"fps": 20, "frame_deadline_s": 5.0, **settings}
        driver = create({"source": str(folder), **settings})
        made.append(driver)
        driver.open()
        return driver, folder

    yield make
    for driver in made:
        driver.close()


def codes(driver) -> list[str]:
    return [condition.code for condition in driver.status().conditions]


def test_a_self_test_reads_a_drawn_code_and_fails_without_a_reader(tmp_path, monkeypatch):
    driver = create({"source": str(tmp_path)})
    assert driver.self_test().driver == "camera"
    monkeypatch.setattr(camera_driver, "_drawn", lambda text: np.full((200, 200), 255, np.uint8))
    with pytest.raises(ProtocolError):
        driver.self_test()


def test_a_code_before_the_camera_is_reported_once_while_it_stays(camera):
    driver, _ = camera(qr_picture("https://pay.example/b/1"))
    scans = []
    driver.arm(scans.append)
    assert wait_until(lambda: scans)
    time.sleep(1.5)
    assert [(s.text, s.kind) for s in scans] == [("https://pay.example/b/1", "QRCODE")]
    assert scans[0].reader in ("zxing-cpp", "pyzbar")


def test_a_code_in_one_single_frame_is_not_believed(camera):
    driver, _ = camera(qr_picture("ONCE"), *[EMPTY] * 60)
    scans = []
    driver.arm(scans.append)
    time.sleep(2.0)
    assert scans == []


def test_disarmed_it_reports_nothing_but_keeps_the_picture(camera):
    driver, _ = camera(qr_picture("https://pay.example/b/1"))
    scans = []
    driver.arm(scans.append)
    driver.disarm()
    time.sleep(0.3)
    scans.clear()
    time.sleep(0.7)
    assert scans == []
    assert driver.preview() is not None
    driver.arm(scans.append)
    assert wait_until(lambda: scans)


def test_what_the_folder_shows_can_be_changed_while_it_runs(camera):
    driver, folder = camera(*[EMPTY] * 100)
    scans = []
    driver.arm(scans.append)
    time.sleep(0.5)
    write(folder, "000.png", qr_picture("SHOWN-LATER"))
    write(folder, "001.png", qr_picture("SHOWN-LATER"))
    assert wait_until(lambda: scans)
    assert scans[0].text == "SHOWN-LATER"


def test_the_preview_is_rgb_and_at_most_640_wide(camera):
    blue = np.zeros((720, 1280, 3), np.uint8)
    blue[:, :, 0] = 255
    driver, _ = camera(blue)
    width, height, pixels = driver.preview()
    assert (width, height) == (640, 360)
    assert pixels[:3] == b"\x00\x00\xff"
    assert len(pixels) == 640 * 360 * 3


def test_the_reader_process_may_die_and_the_next_code_is_read(camera):
    driver, folder = camera(EMPTY)
    scans = []
    driver.arm(scans.append)
    time.sleep(0.3)
    first = driver.reader_pid
    os.kill(first, signal.SIGKILL)
    write(folder, "000.png", qr_picture("AFTER-THE-CRASH"))
    assert wait_until(lambda: scans)
    assert driver.reader_pid != first
    assert driver.status().level is Level.OK


def test_a_reader_that_keeps_dying_is_reported(camera):
    driver, _ = camera(qr_picture("CODE"))
    driver.arm(lambda scan: None)

    def kill() -> bool:
        if driver.reader_pid:
            os.kill(driver.reader_pid, signal.SIGKILL)
        return "camera.reader_failing" in codes(driver)

    assert wait_until(kill, 40)
    assert driver.preview() is not None


def test_a_camera_that_goes_away_is_reported_and_comes_back(camera, monkeypatch):
    monkeypatch.setattr("device_drivers.scanners.capture.STALE_AFTER_S", 0.5)
    driver, folder = camera(qr_picture("BACK-AGAIN"))
    gone = folder.rename(folder.with_name("gone"))
    assert wait_until(lambda: codes(driver) == ["camera.not_reachable"])
    gone.rename(folder)
    scans = []
    driver.arm(scans.append)
    assert wait_until(lambda: scans)
    assert codes(driver) == []


def test_a_black_picture_is_a_warning(camera, monkeypatch):
    monkeypatch.setattr("device_drivers.scanners.picture_health.FAULT_AFTER_S", 0.3)
    driver, folder = camera(np.full((480, 640), 3, np.uint8))
    assert wait_until(lambda: codes(driver) == ["camera.black"])
    assert driver.status().level is Level.WARNING
    write(folder, "000.png", EMPTY)
    assert wait_until(lambda: codes(driver) == [])


def test_an_idle_lobby_is_looked_at_rarely_and_movement_at_once():
    gate = MotionGate()
    looks = sum(gate.worth_a_look(EMPTY, tick / 15) for tick in range(15 * 20))
    assert 60 < looks < 100
    held = EMPTY.copy()
    held[100:300, 200:400] = 255
    assert gate.worth_a_look(held, 20.01)
    assert gate.worth_a_look(held, 20.05)


def test_noise_is_no_movement_and_a_code_in_sight_keeps_the_eye_open():
    gate, rng = MotionGate(), np.random.default_rng(3)
    lobby = np.full((720, 1280, 3), 120.0)
    noisy = [
        np.clip(lobby + rng.normal(0, 8, lobby.shape), 0, 255).astype(np.uint8) for _ in range(3)
    ]
    looks = [gate.worth_a_look(noisy[tick % 3], tick / 15) for tick in range(15 * 8)]
    assert sum(looks[15 * 4 :]) <= 5
    gate.stay_awake(8.0)
    assert all(gate.worth_a_look(noisy[tick % 3], 8.0 + tick / 15) for tick in range(30))


def test_a_folder_is_a_simulated_camera(camera):
    driver, _ = camera(EMPTY)
    assert driver.status().simulated


def test_no_camera_is_not_reachable_and_leaves_no_thread(tmp_path):
    driver = create({"source": str(tmp_path / "nothing"), "open_deadline_s": 1.0})
    with pytest.raises(NotReachable, match="nothing"):
        driver.open()
    assert codes(driver) == ["camera.not_reachable"]
    assert driver.reader_pid is None


def test_while_the_system_s_driver_hangs_it_is_not_asked_again(camera, monkeypatch):
    """Each time would leave another thread."""
    driver, _ = camera(qr_picture("HANGS"))
    driver.close()
    goes_on, asked, real = threading.Event(), [], camera_driver.open_source

    def hanging(*words):
        asked.append(1)
        assert goes_on.wait(60)
        return real(*words)

    monkeypatch.setattr(camera_driver, "open_source", hanging)
    driver._settings = replace(driver._settings, open_deadline_s=0.2)
    for _ in range(3):
        with pytest.raises(NotReachable) as refused:
            driver.open()
        assert refused.value.code == "camera.not_reachable"
    assert len(asked) == 1
    goes_on.set()
    assert wait_until(lambda: not driver._hanging.running)
    driver._settings = replace(driver._settings, open_deadline_s=10.0)
    driver.open()
    assert wait_until(lambda: driver.preview() is not None)


def test_a_closed_camera_can_be_opened_again(camera):
    driver, _ = camera(qr_picture("AGAIN"))
    driver.close()
    driver.close()
    assert driver.preview() is None
    driver.open()
    scans = []
    driver.arm(scans.append)
    assert wait_until(lambda: scans)


def test_a_video_file_is_a_camera(tmp_path, camera):
    path = tmp_path / "bill.avi"
    writer = cv2.VideoWriter(str(path), cv2.VideoWriter.fourcc(*"MJPG"), 10, (640, 480))
    for _ in range(10):
        writer.write(cv2.cvtColor(qr_picture("FROM-VIDEO"), cv2.COLOR_GRAY2BGR))
    writer.release()
    driver = create({"source": str(path), "frame_deadline_s": 5.0})
    driver.open()
    try:
        scans = []
        driver.arm(scans.append)
        assert wait_until(lambda: scans)
        assert scans[0].text == "FROM-VIDEO"
    finally:
        driver.close()


@pytest.mark.parametrize(
    ("settings", "key"),
    [
        ({}, "source"),
        ({"source": ""}, "source"),
        ({"source": True}, "source"),
        ({"source": 0, "fps": 0}, "fps"),
        ({"source": 0, "kinds": ["EAN13"]}, "kinds"),
        ({"source": 0, "readers": ["opencv"]}, "readers"),
        ({"source": 0, "focus": -1}, "focus"),
        ({"source": 0, "exposure": "auto"}, "exposure"),
        ({"source": 0, "zoom": 2}, "zoom"),
    ],
)
def test_bad_settings_name_their_key(settings, key):
    with pytest.raises(BadSetting) as caught:
        create(settings)
    assert caught.value.key == key
