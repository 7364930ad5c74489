"""What is plugged in is found in the trees of the kernel and udev; rules come out ready to copy."""

import pytest

from kiosk.doctor import udev
from kiosk.doctor.attached import attached

INPUTS = """\
I: Bus=0003 Vendor=0eef Product=c000 Version=0110
N: Name="eGalax Inc. Touch"
H: Handlers=mouse0 event4
B: EV=b
B: KEY=400 0 0 0 0 0
B: ABS=260800000000003

I: Bus=0003 Vendor=1eab Product=8003 Version=0110
N: Name="Newland Scanner"
H: Handlers=sysrq kbd leds event7
B: EV=120013
B: KEY=1000000000007 ff9f207ac14057ff febeffdfffefffff fffffffffffffffe

I: Bus=0019 Vendor=0000 Product=0001 Version=0000
N: Name="Power Button"
H: Handlers=kbd event0
B: EV=3
B: KEY=10000000000000 0
"""


def write(path, text=""):
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text)


def link(root, name, node):
    write(root / "dev" / node)
    path = root / "dev" / name
    path.parent.mkdir(parents=True, exist_ok=True)
    path.symlink_to(root / "dev" / node)


@pytest.fixture
def root(tmp_path):
    """A machine with a scanner, a camera, a USB printer, a touch screen and a keyboard scanner."""
    link(tmp_path, "serial/by-path/pci-0000:00:14.0-usb-0:3:1.0-port0", "ttyUSB0")
    link(tmp_path, "v4l/by-path/pci-0000:00:14.0-usb-0:4:1.0-video-index0", "video0")
    link(tmp_path, "input/by-path/pci-0000:00:14.0-usb-0:5:1.0-event", "input/event4")
    link(tmp_path, "input/by-path/pci-0000:00:14.0-usbv2-0:6:1.0-event-kbd", "input/event7")
    (tmp_path / "dev/input/by-path/pci-0000:00:14.0-usb-0:6:1.0-event-kbd").symlink_to(
        tmp_path / "dev/input/event7"
    )
    for number, index in ((0, "0"), (1, "1")):
        video = tmp_path / f"sys/class/video4linux/video{number}"
        write(video / "name", "HD Camera")
        write(video / "index", index)
    usb = tmp_path / "sys/bus/usb/devices"
    write(usb / "1-2/idVendor", "04b8")
    write(usb / "1-2/idProduct", "0202")
    write(usb / "1-2/product", "TM-T70")
    write(usb / "1-2:1.0/bInterfaceClass", "07")
    write(usb / "1-2:1.0/usbmisc/lp0/dev", "180:0")
    write(usb / "1-3:1.0/bInterfaceClass", "03")
    write(tmp_path / "proc/bus/input/devices", INPUTS)
    return tmp_path


def test_everything_is_found_once_with_its_lasting_name(root):
    found = attached(root)
    assert [(one.kind, one.device) for one in found] == [
        ("serial", "/dev/ttyUSB0"),
        ("camera", "/dev/video0"),
        ("usb_printer", "/dev/usb/lp0"),
        ("touch", "/dev/input/event4"),
        ("keyboard", "/dev/input/event7"),
    ]
    assert [one.id_path for one in found if one.kind != "usb_printer"] == [
        f"pci-0000:00:14.0-usb-0:{socket}:1.0" for socket in (3, 4, 5, 6)
    ]
    assert found[2].usb == "04b8:0202"
    assert found[4].name == "Newland Scanner"


def test_rules_name_the_socket_and_leave_the_choice_to_people(root):
    text = udev.rules(attached(root))
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    assert any('SYMLINK+="lobbypay-camera"' in line and "usb-0:4:1.0" in line for line in lines)
    assert any('SYMLINK+="lobbypay-touch"' in line for line in lines)
    assert any('ATTRS{idVendor}=="04b8"' in line and 'GROUP="lp"' in line for line in lines)
    assert not any('SUBSYSTEM=="tty"' in line for line in lines), "which port is which is a choice"
    choices = [line for line in text.splitlines() if line.startswith("# choose SUBSYSTEM")]
    assert len(choices) == 4
    assert 'SYMLINK+="lobbypay-terminal"' in text


def test_a_bare_machine_has_nothing(tmp_path):
    assert attached(tmp_path) == []
