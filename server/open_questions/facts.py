"""What is known of a question, as rows that people read: a label, and lines in words."""

from dataclasses import dataclass
from typing import Any

from contract.messages import Text
from contract.money import Money
from server.open_questions.texts import label, value

_QUIET = ("to_do", "payment_id")  # shown elsewhere on the page


@dataclass(frozen=True)
class Row:
    label: Text
    lines: list[Text]


def rows(known: dict[str, Any], currency: str) -> list[Row]:
    """``known``: as ``payments.investigation.facts`` or an alert's details hold it."""
    found = []
    for name, told in known.items():
        lines = _lines(name, told, currency)
        if name not in _QUIET and lines:
            found.append(Row(label(name), lines))
    return found


def _lines(name: str, told: Any, currency: str) -> list[Text]:
    if told is None or told in ("", [], {}):
        return []
    if isinstance(told, list) and told and isinstance(told[0], dict) and "asked" in told[0]:
        return [_answer(one, currency) for one in told]
    if isinstance(told, list):
        return [_join([_scalar(name, one, currency) for one in told], "、", ", ")]
    if isinstance(told, dict) and set(told) == {"zh", "en"}:
        return [Text.model_validate(told)]
    if isinstance(told, dict):
        parts = [(label(n), _lines(n, v, currency)) for n, v in told.items()]
        return [_pair(named, lines) for named, lines in parts if lines]
    return [_scalar(name, told, currency)]


def _scalar(name: str, told: Any, currency: str) -> Text:
    if name.endswith("_minor") and type(told) is int:
        shown = Money(told, currency).display("zh_CN")
        return Text(zh=shown, en=shown)
    if isinstance(told, dict):
        return _join([_pair(label(n), [value(v)]) for n, v in told.items()], " ", " ")
    return value(told)


def _answer(one: dict[str, Any], currency: str) -> Text:
    """One answer of a channel: when, to what, and how often it was the same."""
    asked, said = value(one.get("asked", "")), value(one.get("answer", ""))
    reason = value(one["reason"]) if one.get("reason") else None
    amount = one.get("amount_minor")
    more = Money(amount, currency).display("zh_CN") if type(amount) is int else ""
    times, last = one.get("times", 1), one.get("last", "")
    zh, en = (
        f"{one.get('first', '')} {asked.zh}：{said.zh}",
        f"{one.get('first', '')} {asked.en}: {said.en}",
    )
    if reason:
        zh, en = f"{zh}（{reason.zh}）", f"{en} ({reason.en})"
    if more:
        zh, en = f"{zh} {more}", f"{en} {more}"
    if times > 1:
        zh, en = f"{zh}，共 {times} 次，最近 {last}", f"{en}, {times} times, last {last}"
    return Text(zh=zh.strip(), en=en.strip())


def _pair(named: Text, lines: list[Text]) -> Text:
    told = _join(lines, "；", "; ")
    return Text(zh=f"{named.zh} {told.zh}".strip(), en=f"{named.en} {told.en}".strip())


def _join(texts: list[Text], zh: str, en: str) -> Text:
    return Text(zh=zh.join(t.zh for t in texts), en=en.join(t.en for t in texts))
