"""Makes the kiosk's four sounds: a tick for a touch, a bell when a code was read, a warm chord when
paid, and two low notes for attention. Run after changing one."""

import math
import struct
import wave
from pathlib import Path

TARGET = Path(__file__).resolve().parent.parent / "assets" / "sounds"
RATE = 22_050
PEAK = 0.45 * 32767

Note = tuple[float, float, float, float]  # begins at s, frequency Hz, length s, loudness 0 to 1

SOUNDS: dict[str, tuple[Note, ...]] = {
    "tick": ((0.0, 1400.0, 0.03, 0.5),),
    "read": ((0.0, 1318.5, 0.30, 0.8), (0.0, 2637.0, 0.18, 0.25)),
    "paid": (
        (0.00, 523.3, 1.1, 0.4),
        (0.08, 659.3, 1.0, 0.35),
        (0.16, 784.0, 0.95, 0.35),
        (0.24, 1046.5, 0.85, 0.3),
    ),
    "attention": ((0.0, 440.0, 0.22, 0.6), (0.24, 349.2, 0.34, 0.6)),
}


def samples(notes: tuple[Note, ...]) -> bytes:
    """Decaying sines, begun softly over 4 ms so that nothing clicks; 16 bit, mono."""
    length = max(begin + long for begin, _, long, _ in notes)
    wave_form = [0.0] * int(length * RATE)
    for begin, frequency, long, loudness in notes:
        first = int(begin * RATE)
        for step in range(int(long * RATE)):
            at = step / RATE
            shape = min(1.0, at / 0.004) * math.exp(-4.5 * at / long) * (1 - at / long)
            wave_form[first + step] += loudness * shape * math.sin(2 * math.pi * frequency * at)
    loudest = max(1.0, max(abs(value) for value in wave_form))
    return b"".join(struct.pack("<h", round(value / loudest * PEAK)) for value in wave_form)


def main() -> None:
    TARGET.mkdir(parents=True, exist_ok=True)
    for name, notes in SOUNDS.items():
        with wave.open(str(TARGET / f"{name}.wav"), "wb") as file:
            file.setnchannels(1)
            file.setsampwidth(2)
            file.setframerate(RATE)
            file.writeframes(samples(notes))


if __name__ == "__main__":
    main()
