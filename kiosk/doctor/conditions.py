"""What can be wrong around the devices of a kiosk. The words, for the installer, and each remedy stand in
the service catalogue under the code."""

from dataclasses import dataclass

from device_drivers.status import Level


@dataclass(frozen=True)
class Known:
    level: Level
    code: str


CONFIG = Known(Level.ERROR, "config.unusable")
RUNNING = Known(Level.WARNING, "kiosk.running")
NOT_TRIED = Known(Level.ERROR, "test.not_tried")
NO_DEVICE = Known(Level.ERROR, "test.no_device")
FAILED = Known(Level.ERROR, "device.failed")
HANGS = Known(Level.ERROR, "device.hangs")
NAME = Known(Level.ERROR, "server.name")
CERTIFICATE = Known(Level.ERROR, "server.certificate")
AWAY = Known(Level.ERROR, "server.away")
REFUSED = Known(Level.ERROR, "server.refused")
NOT_ENROLLED = Known(Level.ERROR, "enrolment.none")
CLOCK = Known(Level.WARNING, "clock.off")
NOT_SYNCHRONISED = Known(Level.WARNING, "clock.not_synchronised")
JOURNAL_BROKEN = Known(Level.ERROR, "journal.broken")
JOURNAL_UNAVAILABLE = Known(Level.ERROR, "journal.cannot_record")
NO_SPACE = Known(Level.ERROR, "space.none")
LITTLE_SPACE = Known(Level.WARNING, "space.little")
FONTS = Known(Level.ERROR, "fonts.missing")
NO_DISPLAY = Known(Level.ERROR, "display.none")
NO_MONITOR = Known(Level.WARNING, "display.no_monitor")
NO_TOUCH = Known(Level.WARNING, "touch.none")
NO_PLAYER = Known(Level.WARNING, "voice.no_player")
NO_SOUND = Known(Level.WARNING, "voice.no_sound")
NO_KEYPAD = Known(Level.WARNING, "voice.no_keypad")
NO_JACK = Known(Level.WARNING, "voice.no_jack")
NO_CLIPS = Known(Level.WARNING, "voice.no_clips")
NOTHING_SCANNED = Known(Level.ERROR, "test_scan.nothing")
NOT_PRINTED = Known(Level.ERROR, "test_page.not_printed")
UNCERTAIN = Known(Level.WARNING, "test_page.uncertain")
NOT_TAKEN = Known(Level.WARNING, "test_payment.not_taken")
NOT_RETURNED = Known(Level.ERROR, "test_payment.not_returned")
IN_DOUBT = Known(Level.ERROR, "test_payment.in_doubt")
CARD_UNRESOLVED = Known(Level.ERROR, "test_payment.payment_open")
