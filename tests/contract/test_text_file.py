"""A file that people edit is read whatever mark stands before it, and another encoding is named."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from contract.text_file import NotUtf8, read_text

WORDS = 'name = "湖畔花园"\n[server]\nurl = "https://x"\n'


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig"])
def test_utf_8_with_and_without_its_mark(tmp_path, encoding):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(WORDS.encode(encoding))
    assert read_text(path) == WORDS


@pytest.mark.parametrize(
    ("encoding", "named"),
    [
        ("gbk", "GBK"),
        ("gb18030", "GBK"),
        ("utf-16", "UTF-16"),
        ("utf-16-le", "UTF-16"),
        ("utf-16-be", "UTF-16"),
        ("utf-32", "UTF-16"),
    ],
)
def test_another_encoding_is_named_with_the_remedy(tmp_path, encoding, named):
    path = tmp_path / "kiosk.toml"
    path.write_bytes(("# one\n" + WORDS).encode(encoding))
    with pytest.raises(NotUtf8) as told:
        read_text(path)
    line = 2 if named == "GBK" else 1
    assert str(told.value).startswith(f"{path}:{line}: is not UTF-8")
    assert named in str(told.value)
    assert "save as UTF-8" in str(told.value)


@given(st.binary(max_size=60))
def test_any_bytes_are_text_or_a_clear_error(tmp_path_factory, raw):
    path = tmp_path_factory.getbasetemp() / "any"
    path.write_bytes(raw)
    try:
        assert isinstance(read_text(path), str)
    except NotUtf8 as told:
        assert "save as UTF-8" in str(told)
