"""The resident's phone as a page: its payment code, and what it is asked to pay."""

import html

import segno

from contract.messages import Method
from contract.methods import METHODS
from contract.money import Money
from simulators.payment_channel.books import Ordered
from simulators.payment_channel.charging import ChargingBooks

STYLE = """
body {{ margin:0; background:#EDEDED; font:17px/1.5 "Noto Sans CJK SC",sans-serif; color:#111; }}
main {{ max-width:420px; margin:0 auto; padding:16px; }}
h1 {{ font-size:20px; background:{color}; color:#fff; margin:0; padding:14px 16px; }}
.card {{ background:#fff; border-radius:14px; padding:18px; margin-bottom:14px; }}
.amount {{ font-size:38px; font-weight:700; margin:6px 0 14px; }}
.code {{ text-align:center; }} .code svg {{ width:240px; height:240px; }}
.digits {{ font:600 20px/1.4 monospace; }}
button {{ font:inherit; font-weight:700; border:0; border-radius:10px; padding:12px 22px; }}
.pay {{ background:{color}; color:#fff; }}
form {{ display:inline-block; margin:0 8px 8px 0; }}
.note {{ color:#555; }}
"""
_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="refresh" content="3"><title>{name}</title>
<style>{style}</style></head><body><h1>{name} · 模拟手机</h1><main>{orders}{code}
<p class="note">模拟的手机,不会动用真的钱。Simulated phone; no real money moves.</p>
</main></body></html>"""

BROWSER_PAGE = """<!doctype html><html lang="zh-CN"><head><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>{name}</title>
<style>{style}</style></head><body><h1>{name} · 模拟页面</h1><main>{inside}
<p class="note">模拟的付款页面，不会动用真的钱。Simulated page; no real money moves.</p>
</main></body></html>"""
PAY, GO_BACK, NO_ORDER = "付款 Pay", "返回 Back", "无此订单 No order"
ENDED = {"paid": "已付款 Paid", "closed": "订单已关闭 Order closed"}
ENDED["no_referer"] = "商家参数格式有误 Wrong parameters of the merchant"


def page(method: Method, books: ChargingBooks) -> str:
    """What waits to be paid, newest first, and the payment code of this minute."""
    open_ = [o for o in books.all() if o.state in ("unscanned", "waiting", "asking")]
    orders = "".join(map(_card, reversed(open_)))
    shown = METHODS[method]
    style = STYLE.format(color=shown.color)
    return _PAGE.format(name=shown.name.zh, style=style, orders=orders, code=_code(books))


def _code(books: ChargingBooks) -> str:
    digits, _ = books.phone_code()
    grouped = " ".join(digits[i : i + 4] for i in range(0, len(digits), 4))
    picture = segno.make_qr(digits, error="m").svg_inline(scale=8, omitsize=True)
    limit = Money(books.password_above_minor).display()
    return (
        f'<div class="card code">付款码 Payment code<br>{picture}'
        f'<div class="digits">{grouped}</div><div class="note">每分钟更换,只能用一次;'
        f"超过 {limit} 要输入密码。Changes every minute, works once; above {limit}"
        " it asks for the password.</div></div>"
    )


def _card(order: Ordered) -> str:
    code = html.escape(order.code_url, quote=True)
    hidden = f'<input type="hidden" name="code_url" value="{code}">'
    asking = order.state == "asking"
    title = f"请输入支付密码 Password needed<br>{html.escape(order.subject)}"
    buttons = (
        [("pay", "输入密码付款 Pay"), ("refuse", "拒绝 Refuse")]
        if asking
        else [("pay", "付款 Pay"), ("decline", "不付 Decline")]
    )
    forms = "".join(
        f'<form method="post" action="/phone/{what}">{hidden}'
        f'<button class="{what}">{label}</button></form>'
        for what, label in buttons
    )
    ignored = (
        '<div class="note">不理会就会过期。Ignored, it runs out by itself.</div>' if asking else ""
    )
    return (
        f'<div class="card">{title if asking else html.escape(order.subject)}'
        f'<div class="amount">{Money(order.amount_minor, order.currency).display()}</div>'
        f"{forms}{ignored}</div>"
    )
