"""Writes udev rules that give what is plugged in its lasting names, /dev/lobbypay-...

A name goes with the socket, not with the device: many USB serial chips have no serial number, and a
replaced device works at once. Which serial port is which nobody can see from here: the lines say so.
"""

from kiosk.doctor.attached import Attached

_TTY = 'SUBSYSTEM=="tty", ENV{{ID_PATH}}=="{id_path}", SYMLINK+="lobbypay-{name}"'
_CAMERA = (
    'SUBSYSTEM=="video4linux", ATTR{{index}}=="0", ENV{{ID_PATH}}=="{id_path}",'
    ' SYMLINK+="lobbypay-camera"'
)
_PRINTER = (
    'SUBSYSTEM=="usb", ENV{{DEVTYPE}}=="usb_device", ATTR{{idVendor}}=="{vendor}",'
    ' ATTR{{idProduct}}=="{product}", GROUP="lp", MODE="0660"'
)
_PRINTER_NODE = (
    'SUBSYSTEM=="usbmisc", KERNEL=="lp*", ATTRS{{idVendor}}=="{vendor}",'
    ' ATTRS{{idProduct}}=="{product}", SYMLINK+="lobbypay-printer", GROUP="lp", MODE="0660"'
)
_TOUCH = (
    'SUBSYSTEM=="input", KERNEL=="event*", ENV{{ID_PATH}}=="{id_path}",'
    ' ENV{{ID_INPUT_TOUCHSCREEN}}=="1", SYMLINK+="lobbypay-touch"'
)
_KEYBOARD = (
    'SUBSYSTEM=="input", KERNEL=="event*", ENV{{ID_INPUT_KEYBOARD}}=="1",'
    ' ENV{{ID_PATH}}=="{id_path}", SYMLINK+="lobbypay-scanner", GROUP="input", MODE="0640",'
    ' ENV{{LIBINPUT_IGNORE_DEVICE}}="1"'
)
SERIAL_ROLES = ("scanner", "terminal", "printer")
HEAD = """\
# Stable names for what is plugged in now, by socket. Copy to /etc/udev/rules.d/99-lobbypay.rules, then
# udevadm control --reload && udevadm trigger. Of lines behind "# choose" keep the one that is right and
# take its "# choose" away."""


def rules(found: list[Attached]) -> str:
    """The lines of a rules file. What has no name by its socket is listed as a comment."""
    lines = [HEAD]
    for one in found:
        lines.append(
            f"\n# {one.device}: {one.name or one.kind}{f' ({one.usb})' if one.usb else ''}"
        )
        lines += _of(one)
    return "\n".join(lines) + "\n"


def _of(one: Attached) -> list[str]:
    if one.kind == "usb_printer":
        vendor, _, product = one.usb.partition(":")
        return [t.format(vendor=vendor, product=product) for t in (_PRINTER, _PRINTER_NODE)]
    if not one.id_path:
        return ["# it has no name by its socket (is udev running?)"]
    match one.kind:
        case "serial":
            return [f"# choose {_TTY.format(id_path=one.id_path, name=r)}" for r in SERIAL_ROLES]
        case "camera":
            return [_CAMERA.format(id_path=one.id_path)]
        case "touch":
            return [_TOUCH.format(id_path=one.id_path)]
    return [f"# choose {_KEYBOARD.format(id_path=one.id_path)}"]
