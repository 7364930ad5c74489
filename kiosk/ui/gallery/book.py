"""The whole gallery: every screen in both languages and all modes, upright and wide, and every paper,
with a page to look through them. The screens are drawn by ``kiosk.ui.gallery.pictures``, one process
a shape.
"""

import itertools
import subprocess
import sys
from html import escape
from pathlib import Path

from kiosk.texts.catalogue import LANGUAGES
from kiosk.ui.gallery import papers
from kiosk.ui.gallery.modes import MODES

PAPERS = "papers"
SHAPES = {"portrait": ("1080x1920", 420), "landscape": ("1920x1080", 720)}

_PAGE = """<!doctype html>
<html lang="en"><head><meta charset="utf-8"><title>LobbyPay: every screen</title>
<style>
body {{ font: 16px/1.4 sans-serif; margin: 16px; background: #777; color: #fff }}
nav a {{ color: #fff; margin-right: 12px }} section {{ margin: 24px 0 }}
.row {{ display: flex; flex-wrap: wrap; gap: 12px }} figure {{ margin: 0 }}
img {{ width: 260px; display: block }} .landscape img {{ width: 440px }} figcaption {{ font-size: 13px }}
</style></head><body>
<h1>Every screen</h1><nav>{links}</nav>
{sections}
</body></html>
"""


def make(out: Path) -> int:
    """Draws everything into ``out`` and writes ``index.html``; the exit code of what drew."""
    for shape, (size, width) in SHAPES.items():
        command = [sys.executable, "-m", "kiosk.ui.gallery.pictures", "--no-sheet"]
        command += ["--out", str(out / shape), "--size", size, "--width", str(width)]
        done = subprocess.run([*command, "--modes", *MODES], check=False)
        if done.returncode:
            return done.returncode
    papers.draw(out / PAPERS)
    (out / "index.html").write_text(page(out), encoding="utf-8")
    print(out / "index.html")
    return 0


def page(out: Path) -> str:
    """The page over the pictures that stand in ``out``: one section a scene."""
    names = sorted({path.name.split(".")[0] for s in SHAPES for path in (out / s).glob("*.png")})
    links = "".join(f'<a href="#{escape(name)}">{escape(name)}</a> ' for name in names)
    sections = [_papers(out), *(_section(out, name) for name in names)]
    return _PAGE.format(links=links, sections="\n".join(sections))


def _papers(out: Path) -> str:
    figures = [
        f'<figure><a href="{PAPERS}/{path.name}"><img loading="lazy" src="{PAPERS}/{path.name}" alt="">'
        f"</a><figcaption>{escape(path.stem)}</figcaption></figure>"
        for path in sorted((out / PAPERS).glob("*.png"))
    ]
    return f'<section id="{PAPERS}"><h2>{PAPERS}</h2><div class="row">{"".join(figures)}</div></section>'


def _section(out: Path, name: str) -> str:
    figures = [
        f'<figure class="{shape}"><a href="{path}"><img loading="lazy" src="{path}" alt=""></a>'
        f"<figcaption>{shape} · {language} · {mode}</figcaption></figure>"
        for shape, language, mode in itertools.product(SHAPES, LANGUAGES, MODES)
        if (out / (path := f"{shape}/{name}.{language}.{mode}.png")).exists()
    ]
    return (
        f'<section id="{escape(name)}"><h2>{escape(name)}</h2>'
        f'<div class="row">{"".join(figures)}</div></section>'
    )
