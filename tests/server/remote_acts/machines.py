"""A kiosk's side of acts, as plain values: what it keeps, tells and hears."""

from datetime import datetime

from contract.journal_hash import public_key
from contract.remote_acts import Act, ActReport, ActsAnswer, ActsCall, read_act
from server.estate.models import Community
from server.fleet.models import Kiosk
from server.remote_acts import signing
from server.remote_acts.asking import Wish, ask
from server.remote_acts.exchange import exchange
from server.remote_acts.models import RemoteAct
from tests.server.village import NOW

KEY = "k" * 43


def machine(community: Community, code: str = "K03") -> Kiosk:
    return Kiosk.objects.create(
        community=community,
        code=code,
        location_zh="大堂",
        location_en="Lobby",
        public_key=KEY,
        enrolled_at=NOW.replace(year=2025),
    )


def call(
    kiosk: Kiosk,
    *reports: tuple[str, str],
    now: datetime = NOW,
    last: int | None = None,
    **more: object,
) -> ActsAnswer:
    told = [
        ActReport.model_validate({"act_id": act, "state": state, "at": now, **more})
        for act, state in reports
    ]
    if last is None:
        numbers = RemoteAct.objects.filter(kiosk=kiosk).values_list("number", flat=True)
        last = max(numbers, default=0)
    return exchange(kiosk, ActsCall(reports=told, last_number=last), now)


def fetched(kiosk: Kiosk, now: datetime = NOW) -> list[Act]:
    key = public_key(signing.current(now).public_key)
    return [read_act(one, key, str(kiosk.pk)) for one in call(kiosk, now=now).acts]


def asked(user: object, kiosk: Kiosk, kind: object, **more: object) -> RemoteAct:
    wish = Wish(kind, "so that it works", **more)  # type: ignore[arg-type]
    return ask(user, [kiosk], wish, NOW)[0]
