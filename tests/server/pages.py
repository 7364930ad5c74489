"""What a page says, without its markup, and whether it says it in one language."""

import html
import re

HAN = re.compile("[\u4e00-\u9fff]+")
SENTENCE = re.compile(r"[A-Za-z]{2,} [a-z]{2,} [a-z]{2,}")
_UNSEEN = re.compile(r"<(script|style|title)\b.*?</\1>|<!--.*?-->", re.DOTALL)
# An icon is drawn for its name.
_ICON = re.compile(r"<(\w+)\b[^>]*\bmaterial-symbols[^>]*>.*?</\1>", re.DOTALL)
# The button that leads to the other language speaks that one, as the links of public pages do.
_OTHER = re.compile(r"<(button|a)\b[^>]*\blang=[^>]*>.*?</\1>", re.DOTALL)
# What residents are sent, as staff see it in whichever language it goes out.
_QUOTED = re.compile(r"<(\w+)\b[^>]*\bdata-quoted\b[^>]*>.*?</\1>", re.DOTALL)


def words_of(page: str) -> str:
    """What people read, a space for each tag; of a whole page what stands between head and foot."""
    main = re.search(r"<main\b.*</main>", page, re.DOTALL)
    page = main[0] if main else page
    bare = _QUOTED.sub(" ", _OTHER.sub(" ", _ICON.sub(" ", _UNSEEN.sub(" ", page))))
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", bare)).split())


def foreign(page: str, language: str, *names: str) -> list[str]:
    """What a page in ``language`` says in the other one; ``names`` are people's own and are left out."""
    words = words_of(page)
    for name in names:
        words = words.replace(name, " ")
    return (HAN if language == "en" else SENTENCE).findall(words)
