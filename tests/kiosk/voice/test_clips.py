"""Clips, manifests and texts agree, for both languages: nothing that is said lacks its clip."""

import hashlib
import re
from pathlib import Path

import pytest
import soundfile

import kiosk
from kiosk.asset_paths import VOICE
from kiosk.texts.catalogue import VOICE_TEXTS
from kiosk.ui.gallery.scenes import scenes
from kiosk.voice.clips import clips, spoken_texts
from kiosk.voice.manifest import entries
from kiosk.voice.planner import of_screen
from kiosk.voice.player import RATE_HZ
from kiosk.voice.speech import spoken

KIOSK = Path(kiosk.__file__).parent
pytestmark = pytest.mark.parametrize("language", ["zh_CN", "en"])
PEAK_MIN, PEAK_MAX = 0.05, 1.0
SECONDS = (0.12, 30.0)
# a site's own notices, names of fees and topics have no clips, nor what residents and the office wrote
FREE_TEXT = ("services", "explain-long", "phrases", "notice", "answers")


def test_every_clip_is_in_the_manifest_with_the_words_of_today(language):
    known = entries(VOICE / language)
    assert {clip.id: clip.said for clip in clips(language)} == {
        id: entry["text"] for id, entry in known.items()
    }


def test_every_file_is_the_one_that_was_rendered(language):
    folder, known = VOICE / language, entries(VOICE / language)
    files = {entry["file"] for entry in known.values()}
    assert files == {path.name for path in folder.glob("*.opus")}
    assert len(files) == len(known)
    for entry in known.values():
        data = (folder / entry["file"]).read_bytes()
        assert hashlib.sha256(data).hexdigest() == entry["sha256"], entry["file"]


def test_every_clip_can_be_heard(language):
    for id, entry in entries(VOICE / language).items():
        sound, rate = soundfile.read(VOICE / language / entry["file"])
        assert rate == RATE_HZ, id
        assert SECONDS[0] <= len(sound) / rate <= SECONDS[1], id
        assert PEAK_MIN < abs(sound).max() <= PEAK_MAX, id


def test_every_sentence_of_the_voice_alone_is_used_and_there(language):
    held = {id for id, _ in spoken_texts(language, VOICE_TEXTS)}
    sources = [*(KIOSK / "voice").glob("*.py"), KIOSK / "ui" / "speaking.py"]
    text = "\n".join(path.read_text("utf-8") for path in sources)
    used = set(re.findall(r"""["'](?:voice\.)?([a-z_]+)["']""", text))
    assert {id for id in held if id.removeprefix("voice.") not in used} == set()
    for id in re.findall(r"""_(?:own|words)\((?:session, )?"([a-z_]+)\"""", text):
        assert f"voice.{id}" in held


@pytest.mark.parametrize("domain", ["lobbypay", VOICE_TEXTS])
def test_no_sentence_without_a_clip(language, domain):
    """Sample values stand in the places: they are said as they are on a screen."""
    values = {"{amount}": "￥12.30", "{count}": "3", "{date}": "1", "{app}": "支付宝"}
    for id, text in spoken_texts(language, domain):
        for place, value in values.items():
            text = text.replace(
                place, value if language == "zh_CN" or place != "{app}" else "Alipay"
            )
        whole = "".join(part.partition("}")[2] if "}" in part else part for part in text.split("{"))
        assert spoken(language, whole).readable, (id, text, spoken(language, whole).left_out)


def test_every_screen_can_be_said(language):
    for name, scene in scenes(language).items():
        for part in of_screen(scene):
            said = spoken(part.language or language, part.text)
            if not name.startswith(FREE_TEXT):
                assert said.readable, (name, part.text, said.left_out)
