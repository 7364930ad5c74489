"""Every kind of paper that the kiosk gives, from made-up payments: to look at, and for tests."""

from dataclasses import dataclass
from pathlib import Path

from contract.message import Text
from contract.messages import CREDITED, CardData, Community, Method, PaymentRecord, PaymentState
from contract.money import Locale
from device_drivers.printers.raster import WIDTHS_DOTS
from kiosk.core.receipt import lay_out
from kiosk.runtime.paper_picture import on_paper
from kiosk.texts.catalogue import LANGUAGES
from kiosk.texts.receipt_words import speech
from kiosk.ui.gallery import samples

COMMUNITY: Community = samples.CONFIG.community.model_copy(
    update={"company": Text(zh="湖畔物业服务有限公司", en="Lakeside Property Services")}
)
_TRANSACTION = "4200001234202611241447998877"
_CARD = CardData(
    receipt_no="0417",
    trace_no="000123",
    terminal_id="52014711",
    authorisation_code="750071",
    card_name="girocard",
    masked_pan="559883******8074",
)


@dataclass(frozen=True)
class Paper:
    record: PaymentRecord
    copy: bool = False


def papers() -> dict[str, Paper]:
    """By name: what was paid, what was not, and what nobody knows yet."""
    state = PaymentState
    wechat = samples.record(
        Method.WECHAT, state.APPROVED, channel_reference=_TRANSACTION, simulated=False
    )
    long = samples.LONG_ACCOUNT
    return {
        "paid": Paper(wechat),
        "copy": Paper(wechat, copy=True),
        "paid-card-offline": Paper(
            samples.record(Method.CARD, state.APPROVED, card=_CARD, offline=True, status_url="")
        ),
        "paid-long": Paper(
            samples.record(
                Method.ALIPAY,
                state.APPROVED,
                channel_reference=_TRANSACTION,
                unit=long.unit,
                unit_label=long.label,
                payer=long.payer,
                bills=long.bills[:2],
            )
        ),
        "paid-from-credit": Paper(samples.record(Method.CREDIT, state.APPROVED, simulated=False)),
        "unknown": Paper(samples.record(Method.WECHAT, state.UNKNOWN, simulated=False)),
        "declined": Paper(samples.record(Method.CARD, state.DECLINED, simulated=False)),
        "taken-back": Paper(
            samples.record(Method.ALIPAY, state.CANCELLED, reversal_asked=True, simulated=False)
        ),
        "refund-promised": Paper(samples.record(Method.ALIPAY, state.REVERSED, simulated=False)),
        "kept-as-credit": Paper(
            samples.record(Method.WECHAT, state.REVERSED, reason=CREDITED, simulated=False)
        ),
    }


def draw(out: Path) -> None:
    """Each paper in both languages and on both widths: ``NAME.LANGUAGE.WIDTH.png`` in ``out``."""
    out.mkdir(parents=True, exist_ok=True)
    for name, paper in papers().items():
        for language in LANGUAGES:
            for width in WIDTHS_DOTS:
                drawn(paper, language, width).save(out / f"{name}.{language}.{width}.png")


def drawn(paper: Paper, language: Locale, paper_mm: int):
    """The paper as a Pillow image, mode "1", 8 dots a millimetre."""
    receipt = lay_out(paper.record, COMMUNITY, speech(language), copy=paper.copy)
    return on_paper(receipt, paper_mm)
