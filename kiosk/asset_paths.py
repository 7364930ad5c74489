"""Where the files stand that are shipped beside the code: fonts, icons, sounds, texts, pinyin."""

from pathlib import Path

ASSETS = Path(__file__).resolve().parent.parent / "assets"
FONTS = ASSETS / "fonts" / "built"
ICONS = ASSETS / "icons"
LOCALE = ASSETS / "locale"
SOUNDS = ASSETS / "sounds"
VOICE = ASSETS / "voice"
PINYIN = ASSETS / "pinyin"
PINYIN_BUILT = PINYIN / "built"
