"""Pinyin to Chinese characters, for the keyboard on the screen. Nothing that is typed is kept."""
