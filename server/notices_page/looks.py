"""The kiosk's own letters and signs, for pictures of its screen on pages of staff: only those named here.
The files are those that kiosks show; the server takes in no code of theirs."""

from pathlib import Path

from django.http import FileResponse, Http404, HttpRequest
from django.views.decorators.cache import cache_control
from django.views.decorators.http import require_safe

from server.staff.doors import staff_only

_ASSETS = Path(__file__).resolve().parents[2] / "assets"
FILES = {
    "regular": (_ASSETS / "fonts" / "built" / "LobbyScreen-Regular.otf", "font/otf"),
    "bold": (_ASSETS / "fonts" / "built" / "LobbyScreen-Bold.otf", "font/otf"),
    **{
        name: (_ASSETS / "icons" / f"{name}.png", "image/png")
        for name in ("scan", "letters", "contrast", "lower", "voice", "question", "back")
    },
}
_DAY_S = 24 * 3600


@staff_only
@cache_control(private=True, max_age=_DAY_S)
@require_safe
def file(request: HttpRequest, name: str) -> FileResponse:
    """Raises Http404: for another name, and where the letters were not built."""
    path, kind = FILES.get(name, (None, ""))
    if path is None or not path.is_file():
        raise Http404
    return FileResponse(path.open("rb"), content_type=kind)
