"""The channel's own page in the resident's browser (WeChat Pay H5, Alipay wap): pay there, or go back."""

import html
from urllib.parse import quote

from contract.messages import Method
from contract.methods import METHODS
from contract.money import Money
from simulators.payment_channel.books import NotPossible
from simulators.payment_channel.charging import ChargingBooks
from simulators.payment_channel.phone import BROWSER_PAGE, ENDED, GO_BACK, NO_ORDER, PAY, STYLE

PATH = "/phone/browser"
MARK = "on-page:"  # begins the name of an order that is paid on a page


def address(host: str, code_url: str) -> str:
    return f"http://{host}{PATH}?code={quote(code_url, safe='')}"


def page(method: Method, books: ChargingBooks, code_url: str, back: str) -> str:
    """``back``: where the merchant wants the payer to come back to."""
    try:
        inside = _order(books, code_url, back)
    except NotPossible as no:
        inside = _ended(no.code, back)
    return _whole(method, inside)


def refused(method: Method, back: str) -> str:
    """As to a browser that does not say from whose page it comes."""
    return _whole(method, _ended("no_referer", back))


def _whole(method: Method, inside: str) -> str:
    shown = METHODS[method]
    style = STYLE.format(color=shown.color)
    return BROWSER_PAGE.format(name=shown.name.zh, style=style, inside=inside)


def _order(books: ChargingBooks, code_url: str, back: str) -> str:
    order = books.by_code(code_url)
    if order.state in ("paid", "closed", "reversed"):
        return _ended(order.state, back)
    hidden = "".join(
        f'<input type="hidden" name="{name}" value="{html.escape(value, quote=True)}">'
        for name, value in (("code_url", order.code_url), ("back", back))
    )
    amount = Money(order.amount_minor, order.currency).display()
    forms = "".join(
        f'<form method="post" action="/phone/{what}">{hidden}<button class="{what}">{label}</button>'
        "</form>"
        for what, label in (("pay", PAY), ("decline", GO_BACK))
    )
    subject = html.escape(order.subject)
    return f'<div class="card">{subject}<div class="amount">{amount}</div>{forms}</div>'


def _ended(state: str, back: str) -> str:
    said = ENDED.get(state, NO_ORDER)
    link = f'<a href="{html.escape(back, quote=True)}">{GO_BACK}</a>' if back else ""
    return f'<div class="card">{said}<p>{link}</p></div>'
