"""The simulated camera: a bill held into a lobby, seen by the real camera driver."""

import io

import cv2
import pytest
import segno
import zxingcpp
from PIL import Image

from device_drivers.scanners.camera import create
from simulators.camera import empty_frames, frames
from tests.device_drivers.waiting import wait_until
from tests.simulators.processes import running

BILL = "https://pay.example-estate.cn/b/" + "A7c9" * 34
OTHER = "https://pay.example-estate.cn/b/" + "k3Zq" * 34


@pytest.fixture
def bill_pdf(tmp_path):
    """An A4 page with a bill's code of about 25 mm in its lower right corner."""
    data = io.BytesIO()
    segno.make_qr(BILL, error="m").save(data, kind="png", scale=4, border=4)
    code = Image.open(data).convert("RGB")
    page = Image.new("RGB", (1654, 2339), "white")
    page.paste(code, (1240, 1900))
    path = tmp_path / "bill.pdf"
    page.save(path, resolution=200)
    return path


def read(path) -> list[str]:
    return [c.text for c in zxingcpp.read_barcodes(cv2.imread(str(path), cv2.IMREAD_GRAYSCALE))]


def test_first_the_lobby_is_empty_then_the_bill_can_be_read(bill_pdf, tmp_path):
    made = frames(bill_pdf, tmp_path / "camera", empty=3, approach=4, hold=4)
    assert [path.name for path in made] == sorted(path.name for path in made)
    texts = [read(path) for path in made]
    assert texts[:3] == [[], [], []]
    assert texts[-4:] == [[BILL]] * 4


def test_showing_something_else_replaces_every_picture(bill_pdf, tmp_path):
    folder = tmp_path / "camera"
    frames(bill_pdf, folder, empty=1, approach=1, hold=1)
    made = empty_frames(folder, count=2)
    assert sorted(folder.iterdir()) == made
    assert read(made[0]) == []


def test_the_same_seed_makes_the_same_pictures(bill_pdf, tmp_path):
    first = frames(bill_pdf, tmp_path / "a", empty=1, approach=1, hold=1, seed=3)
    second = frames(bill_pdf, tmp_path / "b", empty=1, approach=1, hold=1, seed=3)
    assert [p.read_bytes() for p in first] == [p.read_bytes() for p in second]


def test_a_bill_shown_to_the_process_is_scanned_by_the_driver(bill_pdf, tmp_path):
    folder = tmp_path / "camera"
    with running("camera", "--folder", str(folder)) as camera:
        driver = create({"source": str(folder), "fps": 10, "frame_deadline_s": 5.0})
        driver.open()
        scans = []
        try:
            driver.arm(scans.append)
            assert not wait_until(lambda: scans, 1.0)
            assert camera.post("show", pdf=str(bill_pdf)).json()["sees"] == str(bill_pdf)
            assert wait_until(lambda: scans)
            assert scans[0].text == BILL
            camera.post("clear")
            assert camera.state()["sees"] == "empty lobby"
            camera.post("fault", name="unplugged")
            assert wait_until(
                lambda: [c.code for c in driver.status().conditions] == ["camera.not_reachable"]
            )
            camera.post("clear")
            assert wait_until(lambda: driver.status().conditions == ())
            assert camera.post("show", pdf="/nowhere.pdf").status_code == 400
        finally:
            driver.close()


def test_a_phone_held_to_the_camera_shows_its_payment_code(tmp_path):
    folder = tmp_path / "camera"
    with running("camera", "--folder", str(folder)) as camera:
        camera.post("show", code="134567890123456789")
        texts = [read(path) for path in sorted(folder.glob("*.jpg"))]
    assert texts[-1] == ["134567890123456789"]
    assert sum(text == ["134567890123456789"] for text in texts) >= 10


@pytest.mark.slow
def test_faults_of_the_picture_are_named_by_the_driver_and_end(bill_pdf, tmp_path):
    folder = tmp_path / "camera"
    with running("camera", "--folder", str(folder), "--show", str(bill_pdf)) as camera:
        driver = create({"source": str(folder), "fps": 10, "frame_deadline_s": 5.0})
        driver.open()

        def codes() -> set[str]:
            return {condition.code for condition in driver.status().conditions}

        try:
            for fault, named in (
                ("dark", "camera.black"),
                ("frozen", "camera.frozen"),
                ("slow", "camera.not_reachable"),
            ):
                assert camera.post("fault", name=fault).json()["fault"] == fault
                assert wait_until(lambda named=named: named in codes(), 30.0), fault
                camera.post("mend")
                assert wait_until(lambda: not codes(), 30.0), fault
        finally:
            driver.close()


@pytest.mark.slow
def test_torn_pictures_and_glare_never_make_a_wrong_code(bill_pdf, tmp_path):
    folder = tmp_path / "camera"
    with running("camera", "--folder", str(folder), "--show", str(bill_pdf)) as camera:
        driver = create({"source": str(folder), "fps": 10, "frame_deadline_s": 5.0})
        driver.open()
        scans = []
        try:
            driver.arm(scans.append)
            for fault in ("garbage", "glare"):
                camera.post("fault", name=fault)
                wait_until(lambda: False, 2.0)
            camera.post("mend")
            assert wait_until(lambda: scans, 30.0), "well again, it reads"
            assert {scan.text for scan in scans} == {BILL}
        finally:
            driver.close()


def test_faults_come_and_go_by_schedule(tmp_path):
    plan = tmp_path / "plan.json"
    plan.write_text('[{"after_s": 0.5, "fault": "dark", "for_s": 1.0}]')
    options = ("--folder", str(tmp_path / "camera"), "--schedule", str(plan))
    with running("camera", *options) as camera:
        assert wait_until(lambda: camera.state()["fault"] == "dark")
        assert wait_until(lambda: camera.state()["fault"] == "")
        assert camera.state()["refused"] == []
        assert camera.post("fault", name="no such").status_code == 400


@pytest.mark.parametrize(
    "held",
    [{"crumpled": True}, {"stuck_over": OTHER}, {"stuck_over": OTHER, "crumpled": True}],
    ids=["crumpled", "stuck over", "both"],
)
def test_a_bill_that_was_in_a_pocket_or_stuck_over_is_still_read(bill_pdf, tmp_path, held):
    folder = tmp_path / "camera"
    with running("camera", "--folder", str(folder)) as camera:
        camera.post("show", pdf=str(bill_pdf), **held)
        texts = {text for path in folder.glob("*.jpg") for text in read(path)}
    assert texts == {held.get("stuck_over", BILL)}


def test_a_sticker_is_read(tmp_path):
    folder = tmp_path / "camera"
    with running("camera", "--folder", str(folder)) as camera:
        assert camera.post("show", sticker="LPUNIT:lakeside:3-2-1201").json()["sees"] == "a sticker"
        texts = {text for path in folder.glob("*.jpg") for text in read(path)}
    assert texts == {"LPUNIT:lakeside:3-2-1201"}


def test_fewer_pictures_are_drawn_where_somebody_is_in_a_hurry(tmp_path):
    folder = tmp_path / "camera"
    counts = {"empty": 1, "approach": 2, "hold": 3}
    with running("camera", "--folder", str(folder)) as camera:
        assert camera.post("show", sticker="3-2-1201", **counts).json()["frames"] == 6
        assert camera.post("show", sticker="3-2-1201", hold=0).status_code == 400
        assert len(list(folder.glob("*.jpg"))) == 6
