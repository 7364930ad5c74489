"""Every mistake in server.toml is named by file, key and what is allowed."""

import stat
from pathlib import Path

import pytest

from server import configuration
from server.configuration import ConfigMistake, Configuration, django_database, read_file


def written(folder: Path, text: str) -> Path:
    file = folder / "server.toml"
    file.write_text(text)
    return file


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[server]\npubic_url = 'x'", ["server.pubic_url", "no such key", "public_url"]),
        (
            "[server]\npublic_url = 'example.com'",
            ["server.public_url", "example.com", "http(s)://"],
        ),
        ("[server]\nbehind_https_proxy = 'maybe'", ["server.behind_https_proxy", "true or false"]),
        ("[serve]\n", ["serve", "no such key", "channels, database, mail, messages, server"]),
        ("[database]\nurl = 7", ["database.url", "sqlite:///FILE"]),
        ("[server\n", ["is not TOML"]),
    ],
)
def test_a_mistake_is_named(tmp_path: Path, text: str, said: list[str]):
    file = written(tmp_path, text)
    with pytest.raises(ConfigMistake) as mistake:
        configuration.read_file(file)
    for part in [str(file), *said]:
        assert part in str(mistake.value)


def test_every_mistake_is_told_at_once(tmp_path: Path):
    file = written(tmp_path, "[server]\npublic_url = 'x'\nallowed_hosts = 1\n[database]\nurl = 2")
    with pytest.raises(ConfigMistake) as mistake:
        configuration.read_file(file)
    assert len(str(mistake.value).splitlines()) == 3


def test_a_file_that_is_not_there(tmp_path: Path):
    with pytest.raises(ConfigMistake, match="cannot be read"):
        configuration.read_file(tmp_path / "nowhere.toml")


def test_the_example_is_right():
    example = Path(__file__).parents[2] / "config" / "server.toml"
    assert configuration.read_file(example).server.public_url.startswith("https://")


def test_without_a_file_the_defaults_are_closed():
    defaults = configuration.load({})
    assert defaults.server.allowed_hosts == ["127.0.0.1", "localhost"]
    assert not defaults.channels
    assert django_database(defaults, {})["ENGINE"].endswith("sqlite3")


def test_sqlite_waits_in_line_for_writing():
    database = django_database(
        Configuration(), {configuration.DATABASE_VARIABLE: "sqlite:////a/b%20c.sqlite3"}
    )
    assert database["NAME"] == "/a/b c.sqlite3"
    assert database["OPTIONS"]["transaction_mode"] == "IMMEDIATE"
    assert "journal_mode=WAL" in database["OPTIONS"]["init_command"]


def test_a_postgresql_url():
    url = "postgresql://pay:p%40ss@db.example:5433/lobby?sslmode=require"
    database = django_database(Configuration(), {configuration.DATABASE_VARIABLE: url})
    wanted = {"NAME": "lobby", "USER": "pay", "PASSWORD": "p@ss", "HOST": "db.example"}
    assert wanted.items() <= database.items()
    assert (database["PORT"], database["OPTIONS"]) == (
        "5433",
        {"sslmode": "require", "prepare_threshold": 0},
    )


@pytest.mark.parametrize("url", ["mysql://u:secret@h/db", "sqlite:", "postgresql://u:secret@h"])
def test_an_unknown_database_is_refused_without_its_password(url: str):
    with pytest.raises(ConfigMistake) as mistake:
        django_database(Configuration(), {configuration.DATABASE_VARIABLE: url})
    assert "database.url" in str(mistake.value)
    assert "secret" not in str(mistake.value)


def test_the_secret_is_made_once_and_for_the_owner_only(tmp_path: Path):
    folder = tmp_path / "data"
    configuration.prepare_data_folder(folder)
    first = configuration.read_secret_key(folder)
    configuration.prepare_data_folder(folder)
    assert configuration.read_secret_key(folder) == first
    assert len(first) >= 50
    assert stat.S_IMODE(folder.stat().st_mode) == 0o700
    assert stat.S_IMODE((folder / configuration.SECRET_FILE).stat().st_mode) == 0o600


@pytest.mark.parametrize("encoding", ["gbk", "utf-16"])
def test_a_file_in_another_encoding_says_how_to_save_it(tmp_path: Path, encoding: str):
    file = tmp_path / "server.toml"
    file.write_bytes("# 湖畔花园\n[server]\n".encode(encoding))
    with pytest.raises(ConfigMistake, match="save as UTF-8"):
        read_file(file)


def test_a_byte_order_mark_does_no_harm(tmp_path: Path):
    file = tmp_path / "server.toml"
    file.write_bytes("[server]\n".encode("utf-8-sig"))
    assert read_file(file) is not None


def test_a_database_file_is_its_owners_also_one_that_was_there(tmp_path: Path):
    old, new = tmp_path / "old.sqlite3", tmp_path / "new.sqlite3"
    for name in ("old.sqlite3", "old.sqlite3-wal", "old.sqlite3-shm"):
        (tmp_path / name).write_bytes(b"x")
        (tmp_path / name).chmod(0o644)
    for file in (old, new):
        configuration.keep_database_private(
            {"ENGINE": "django.db.backends.sqlite3", "NAME": str(file)}
        )
    modes = {stat.S_IMODE(file.stat().st_mode) for file in tmp_path.iterdir()}
    assert modes == {0o600} and new.stat().st_size == 0 and old.read_bytes() == b"x"
    configuration.keep_database_private({"ENGINE": "django.db.backends.postgresql", "NAME": "x"})
