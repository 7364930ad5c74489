"""How the terminal is: what a DiagnosisResponse and our own failures say as conditions."""

from dataclasses import dataclass
from typing import Any

from device_drivers.card_terminals.nexo import crypto, link, texts
from device_drivers.card_terminals.nexo.answers import Response, response
from device_drivers.card_terminals.nexo.messages import inside
from device_drivers.errors import DeviceError, NotReachable
from device_drivers.status import Condition, DeviceStatus

NO_PASSPHRASE = "nexo.passphrase_file"
_BY_CODE = {
    link.NOT_ITS_CERTIFICATE: texts.OTHER_CERTIFICATE,
    crypto.OTHER_KEY: texts.OTHER_KEY,
    crypto.NOT_SEALED: texts.OTHER_KEY,
    crypto.NOT_GENUINE: texts.OTHER_KEY,
    "nexo.http_status": texts.OTHER_KEY,  # a terminal that cannot open our message says 400
    NO_PASSPHRASE: texts.NO_PASSPHRASE,
}
_BY_STATUS = {
    "OK": None,
    "Busy": texts.BUSY,
    "Maintenance": texts.MAINTENANCE,
    "Unreachable": texts.NOT_REACHABLE,
}


@dataclass(frozen=True)
class Health:
    """``model`` as the terminal names itself; ``software`` its firmware."""

    model: str = ""
    software: str = ""
    conditions: tuple[Condition, ...] = ()

    @property
    def simulated(self) -> bool:
        return "simulator" in self.software.lower()


def health(body: Any, poi_id: str) -> Health:
    """Of a DiagnosisResponse. Raises ProtocolError."""
    said = response(body)
    conditions = [*_own(said, inside(body, "POIStatus")), *_host(body, said)]
    return Health(poi_id.partition("-")[0], said.more.get("firmwareVersion", ""), tuple(conditions))


def _own(said: Response, status: Any) -> list[Condition]:
    if not said.succeeded:
        return [texts.BUSY if said.condition in ("Busy", "InProgress") else texts.NOT_WELL]
    told = inside(status, "GlobalStatus")
    found = _BY_STATUS.get(str(told), texts.NOT_WELL) if told is not None else None
    return [found] if found else []


def _host(body: Any, said: Response) -> list[Condition]:
    hosts = inside(body, "HostStatus")
    unreachable = isinstance(hosts, list) and any(
        inside(one, "IsReachableFlag") is False for one in hosts
    )
    cut_off = inside(body, "POIStatus", "CommunicationOKFlag") is False
    unsent = said.more.get("unconfirmedBatchCount", "0")
    return [
        *([texts.NO_HOST] if unreachable or cut_off else []),
        *([texts.UNSENT] if unsent.isascii() and unsent.isdigit() and unsent.strip("0") else []),
    ]


def trouble(problem: DeviceError) -> Condition:
    """What a failed call says about the terminal."""
    known = _BY_CODE.get(problem.code)
    if known is not None:
        return known
    return texts.NOT_REACHABLE if isinstance(problem, NotReachable) else texts.NOT_UNDERSTOOD


def reported(healthy: Health, own: Condition | None, beside: tuple[Condition, ...]) -> DeviceStatus:
    return DeviceStatus(
        driver="nexo",
        model=" ".join(part for part in (healthy.model, healthy.software) if part),
        simulated=healthy.simulated,
        conditions=(*((own,) if own else healthy.conditions), *beside),
    )
