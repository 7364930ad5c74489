"""Texts of the server: each has its Chinese in a catalogue, none is left over; no source holds any."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import django.contrib.admin
import django.contrib.auth
import pytest
import unfold
from babel.messages.catalog import Message
from babel.messages.pofile import read_po
from django.utils import translation
from django.utils.translation.template import templatize

ROOT = Path(__file__).parent.parent
SERVER = ROOT / "server"
HOUSE = "locale"  # words of several rooms, and what Django and the back office do not bring
PRODUCT = ("contract", "device_drivers", "kiosk", "lobbypay", "server", "simulators")
SOURCES = sorted(
    path
    for room in PRODUCT
    for path in (ROOT / room).rglob("*")
    if path.suffix in (".py", ".html", ".txt", ".js", ".kv") and "__pycache__" not in path.parts
)
HAN = re.compile("[\u3000-\u303f\u3400-\u9fff\uf900-\ufaff\uff00-\uff65]")

# What is data, not a text of a page, a screen or a command.
DATA = (
    "contract/business_day.py",  # what people type for a time zone
    "contract/currency.py",  # and for a currency
    "contract/methods.py",  # the names of ways to pay, which kiosk, server and simulators share
    "contract/numberings.py",  # ways to name units
    "contract/unit_code.py",  # the grammar by which units are typed
    "device_drivers",  # drivers bring their own words
    "kiosk/ui/gallery",  # made-up scenes
    "kiosk/texts/line_breaks.py",  # typography: where a line of Chinese may break
    "kiosk/voice/clips.py",  # marks and pauses of written Chinese
    "kiosk/voice/numbers.py",  # how figures are said
    "server/billing/rules",  # the words of rules
    "server/payments/channels/wechat_bill.py",  # columns of a channel's bill
    "server/sample_data",  # a made-up estate
    "simulators/payment_channel/phone.py",  # a made-up phone, which speaks as phones do here
    "simulators/wechat_account/oauth.py",
    "simulators/wechat_pay/__main__.py",  # what the real channel answers
    "simulators/wechat_pay/bills.py",
    "simulators/wechat_pay/bridge.js",
    "simulators/wechat_pay/window.py",
)

Key = tuple[str, ...]  # context, msgid, and the plural's where there is one
PLACEHOLDER = re.compile(r"%(?!%)(?:\((\w+)\))?[#0\- +]*(?:\d+)?(?:\.\d+)?[a-zA-Z]")
_PLAIN = {"_", "gettext", "gettext_lazy", "gettext_noop", "both"}
_PLURAL = {"ngettext", "ngettext_lazy", "both_of"}
_CONTEXT = {"pgettext", "pgettext_lazy"}
_IN_TEMPLATE = re.compile(
    r"""(?<!\w)(_|gettext|ngettext|pgettext)"""
    r"""\(\s*(u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*")"""
    r"""(?:\s*,\s*(u?'(?:\\.|[^'\\])*'|u?"(?:\\.|[^"\\])*"))?"""
)


def named(path: Path) -> str:
    return str(path.relative_to(ROOT))


def room_of(path: Path) -> str:
    """Whose catalogue a source's texts stand in."""
    first = path.relative_to(SERVER).parts[0]
    return HOUSE if (SERVER / first).is_file() or first in ("templates", HOUSE) else first


def _in_python(text: str) -> Iterator[Key]:
    tree = ast.parse(text)
    imported = {
        alias.asname: alias.name
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
        if alias.asname
    }
    for node in ast.walk(tree):
        if not isinstance(node, ast.Call) or not node.args:
            continue
        called = node.func
        name = called.attr if isinstance(called, ast.Attribute) else getattr(called, "id", "")
        name = imported.get(name, name)
        words = [
            a.value for a in node.args if isinstance(a, ast.Constant) and isinstance(a.value, str)
        ]
        if name in _PLAIN and words:
            yield "", words[0]
        elif name in _PLURAL and len(words) > 1:
            yield "", words[0], words[1]
        elif name in _CONTEXT and len(words) == 2:
            yield words[0], words[1]
        elif name in _PLAIN | _PLURAL | _CONTEXT:
            taken = isinstance(node.args[0], ast.JoinedStr | ast.BinOp)
            assert not taken, (
                f"line {node.lineno}: {name}() takes a sentence that a catalogue can hold"
            )


def _in_template(text: str) -> Iterator[Key]:
    for called, first, second in _IN_TEMPLATE.findall(templatize(text)):
        words = [ast.literal_eval(word) for word in (first, second) if word]
        yield tuple(words) if called == "pgettext" else ("", *words)


@cache
def used() -> dict[Key, set[str]]:
    """Each text that the server says, and the sources that say it."""
    found: dict[Key, set[str]] = {}
    for path in SOURCES:
        read = {".py": _in_python, ".html": _in_template, ".txt": _in_template}.get(path.suffix)
        if read and path.is_relative_to(SERVER) and "migrations" not in path.parts:
            for key in read(path.read_text()):
                found.setdefault(key, set()).add(named(path))
    return found


@cache
def catalogues() -> dict[str, dict[Key, Message]]:
    """By room."""
    found = {}
    for po in sorted(SERVER.rglob("zh_Hans/LC_MESSAGES/django.po")):
        with po.open("rb") as file:
            messages = [m for m in read_po(file, locale="zh_Hans") if m.id]
        room = po.relative_to(SERVER).parts[0]
        found[room] = {(m.context or "", *_all(m.id)): m for m in messages}
    return found


def _all(text: str | tuple[str, ...]) -> tuple[str, ...]:
    """With its plural forms."""
    return (text,) if isinstance(text, str) else text


def _first(text: str | tuple[str, ...]) -> str:
    return _all(text)[0]


def test_each_text_has_its_chinese():
    known = catalogues()
    missing = [
        f"{source}: {' | '.join(filter(None, key))}"
        for key, sources in used().items()
        for source in sources
        if key not in known[HOUSE] and key not in known.get(room_of(ROOT / source), {})
    ]
    assert not missing, "\n".join(sorted(missing))
    empty = [
        f"{room}: {key[1]}"
        for room, messages in known.items()
        for key, message in messages.items()
        if message.fuzzy or not all(_all(message.string))
    ]
    assert not empty, "\n".join(empty)


@cache
def _texts_of_the_frameworks() -> set[Key]:
    """What Django's and unfold's own pages and forms say."""
    found: set[Key] = set()
    for module in (unfold, django.contrib.admin, django.contrib.auth):
        for path in sorted(Path(module.__file__ or "").parent.rglob("*")):
            if path.suffix == ".py":
                found.update(_in_python(path.read_text()))
            elif path.suffix in (".html", ".txt"):
                found.update(_in_template(path.read_text()))
    return found


def test_no_translation_is_left_over():
    left = []
    for room, messages in catalogues().items():
        for key in messages:
            by = {room_of(ROOT / source) for source in used().get(key, ())}
            if by and (room == HOUSE or room in by):
                continue
            if room != HOUSE or key not in _texts_of_the_frameworks():
                left.append(f"{room}: {key[1]}")
    assert not left, "\n".join(left)


def test_placeholders_agree():
    wrong = []
    for room, messages in catalogues().items():
        for key, message in messages.items():
            names = {n for words in _all(message.id) for n in PLACEHOLDER.findall(words)}
            if any(set(PLACEHOLDER.findall(words)) != names for words in _all(message.string)):
                wrong.append(f"{room}: {key[1]}")
    assert not wrong, "\n".join(wrong)


def test_values_are_named():
    unnamed = [text for key in used() for text in key[1:] if "" in PLACEHOLDER.findall(text)]
    assert not unnamed, "\n".join(unnamed)


def test_pages_show_what_the_catalogues_say():
    """Django's own words and another room's may not stand before them."""
    differ = []
    with translation.override("zh-hans"):
        for room, messages in catalogues().items():
            for (context, text, *many), message in messages.items():
                if many:
                    shown = translation.ngettext(text, many[0], 2)
                elif context:
                    shown = translation.pgettext(context, text)
                else:
                    shown = translation.gettext(text)
                if shown != _first(message.string):
                    differ.append(f"{room}: {text}: {shown}")
    assert not differ, "compiled (tools/compile_messages.py)? else:\n" + "\n".join(differ)


def _under(path: Path, places: tuple[str, ...]) -> bool:
    return any(path.is_relative_to(ROOT / place) for place in places)


@pytest.mark.parametrize("room", PRODUCT)
def test_no_chinese_stands_in_the_source(room):
    found = []
    for path in SOURCES:
        if path.is_relative_to(ROOT / room) and not _under(path, DATA):
            lines = enumerate(path.read_text().splitlines(), 1)
            found += [
                f"{named(path)}:{at}: {line.strip()}" for at, line in lines if HAN.search(line)
            ]
    assert not found, "\n".join(found)


@pytest.mark.parametrize("place", DATA)
def test_what_is_data_holds_chinese(place):
    held = [path for path in SOURCES if _under(path, (place,))]
    assert any(HAN.search(path.read_text()) for path in held), f"{place}: take it off"


@pytest.mark.parametrize(
    ("source", "found"),
    [
        ('_("Bill")', [("", "Bill")]),
        ('gettext_lazy("a " "b")', [("", "a b")]),
        ('from x import gettext as now; now("Bill")', [("", "Bill")]),
        ('both("On %(day)s", day=day)', [("", "On %(day)s")]),
        ("both(TEXTS[kind])", []),
        ('pgettext("verb", "May")', [("verb", "May")]),
        ('ngettext("one", "many", n)', [("", "one", "many")]),
    ],
)
def test_texts_in_python_are_seen(source, found):
    assert list(_in_python(source)) == found


@pytest.mark.parametrize("source", ['_(f"Bill {number}")', '_("Bill " + number)'])
def test_a_text_put_together_is_refused(source):
    with pytest.raises(AssertionError):
        list(_in_python(source))


def test_texts_in_templates_are_seen():
    page = """<p title="{% translate 'It is' %}">{{ _("here") }}</p>{% blocktranslate with n=k trimmed %}
      {{ n }} of
      all{% endblocktranslate %}{% translate "May" context "verb" %}
      {% blocktranslate count days=n %}a day{% plural %}{{ days }} days{% endblocktranslate %}"""
    assert set(_in_template(page)) == {
        ("", "It is"),
        ("", "here"),
        ("", "%(n)s of all"),
        ("verb", "May"),
        ("", "a day", "%(days)s days"),
    }
