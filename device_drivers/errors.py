"""What can go wrong with a device. One tree, so that callers catch by what they can do about it.

DeviceError
├── NotReachable        nothing answers at the configured place (unplugged, wrong port, off)
├── Timeout             it was reachable, but did not answer in time
├── ProtocolError       it answered something that the protocol does not allow
├── Refused             it understood and said no (carries the device's own code)
└── OutcomeUnknown      a command that may have taken money ended without a result: never repeat it, ask
"""

DUPLICATE_DIFFERS = (
    "device.duplicate_differs"  # Refused: a command's id was used for another command
)


class DeviceError(Exception):
    """A device failed. ``code`` is stable (``printer.paper_out``); ``detail`` is for the log."""

    code = "device.error"

    def __init__(self, detail: str = "", code: str | None = None) -> None:
        super().__init__(detail)
        self.detail = detail
        if code is not None:
            self.code = code


class NotReachable(DeviceError):
    code = "device.not_reachable"


class Timeout(DeviceError):
    code = "device.timeout"


class ProtocolError(DeviceError):
    code = "device.protocol"


class Refused(DeviceError):
    code = "device.refused"


class OutcomeUnknown(DeviceError):
    code = "device.outcome_unknown"
