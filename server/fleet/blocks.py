"""The parts of the fleet page that change by themselves, and which of them a browser has already.

Each part is a piece of HTML with a digest of itself. The browser names the digests that it shows; it is
sent the parts that are others now, and nothing when there are none.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.http import HttpRequest
from django.template.loader import render_to_string
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from server.fleet.fleet_page import Overview

SEEN = "X-Seen"  # name=digest,name=digest
SEEN_MAX = 100


@dataclass(frozen=True, slots=True)
class Block:
    name: str
    digest: str
    html: SafeString


def blocks_of(request: HttpRequest, found: Overview, context: Mapping[str, Any]) -> list[Block]:
    """Problems, sums and alerts, then the list's frame, then its rows. The frame's digest is that of
    which rows stand in which order; it is sent with them."""
    shown = {**context, "found": found}
    top = [
        _block(name, render_to_string(f"fleet/{name}.html", shown, request))
        for name in ("problems", "tiles", "alerts")
    ]
    rows = [
        _block(f"k{row.id}", render_to_string("fleet/row.html", {**shown, "row": row}, request))
        for row in found.rows
    ]
    inner = mark_safe("".join(row.html for row in rows))
    frame = render_to_string("fleet/rows.html", {**shown, "rows": inner}, request)
    without = render_to_string("fleet/rows.html", {**shown, "rows": ""}, request)
    order = _digest(without + ",".join(row.name for row in rows))
    return [*top, Block("rows", order, _wrapped("rows", order, frame)), *rows]


def seen_by(request: HttpRequest) -> dict[str, str]:
    """Digests by name, as the browser tells them."""
    told = request.headers.get(SEEN, "").split(",")[:SEEN_MAX]
    return {name: digest for name, _, digest in (each.partition("=") for each in told)}


def changed(blocks: list[Block], seen: Mapping[str, str]) -> list[Block]:
    """What is to be sent: not the rows by themselves where their frame goes anyway."""
    news = [block for block in blocks if seen.get(block.name) != block.digest]
    if any(block.name == "rows" for block in news):
        return [block for block in news if not block.name.startswith("k")]
    return news


def _block(name: str, html: str) -> Block:
    digest = _digest(html)
    return Block(name, digest, _wrapped(name, digest, html))


def _wrapped(name: str, digest: str, html: str) -> SafeString:
    return format_html(
        '<div data-block="{}" data-digest="{}">{}</div>', name, digest, mark_safe(html)
    )


def _digest(html: str) -> str:
    return hashlib.sha256(html.encode()).hexdigest()[:10]
