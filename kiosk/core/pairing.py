"""What a machine without an identity shows, until somebody has said which kiosk it is. Plain data."""

from dataclasses import dataclass, field


@dataclass(frozen=True)
class PairingShown:
    """``url`` as a QR code, and ``code`` in letters, for ``lives_s`` seconds from when they were first
    shown; both empty, and ``trouble`` (``away`` or ``refused``) says why, while the server gives none."""

    url: str = ""
    code: str = ""
    trouble: str = ""
    lives_s: float = field(default=0.0, compare=False)


@dataclass(frozen=True)
class Pairing:
    """``shown`` is over at ``until`` (monotonic seconds); ``server`` is the address that is asked."""

    shown: PairingShown = PairingShown()
    until: float = 0.0
    server: str = ""
