"""What a kiosk takes into memory when it starts: nothing large that only other devices need."""

import subprocess
import sys

LARGE = ("cv2", "numpy", "aiohttp", "django", "matplotlib")


def test_a_kiosk_without_camera_voice_and_nexo_terminal_has_none_of_theirs_in_memory():
    said = f"import sys, kiosk.bootstrap; print([n for n in {LARGE!r} if n in sys.modules])"
    told = subprocess.run([sys.executable, "-c", said], capture_output=True, text=True, check=True)
    assert told.stdout.strip() == "[]"
