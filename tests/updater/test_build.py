"""A release of this checkout, put in place as on a kiosk: its own environment out of what came along."""

import hashlib
import json
import os
import platform
import subprocess
import sys
import zipfile

import pytest

from lobbypay.release import archive
from updater import command
from updater.slots import Slots, build_with, machine_of
from updater.trust import Refused


def wheel(folder, name="someparts", version="1.0"):
    """A package of one line."""
    path = folder / f"{name}-{version}-py3-none-any.whl"
    about = f"{name}-{version}.dist-info"
    with zipfile.ZipFile(path, "w") as file:
        file.writestr(f"{name}.py", "ANSWER = 42\n")
        file.writestr(
            f"{about}/METADATA", f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}\n"
        )
        file.writestr(
            f"{about}/WHEEL", "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n"
        )
        file.writestr(f"{about}/RECORD", "")
    return path


@pytest.mark.slow
def test_a_release_runs_in_an_environment_of_its_own(tmp_path):
    part = wheel(tmp_path)
    wanted = f"someparts==1.0 --hash=sha256:{hashlib.sha256(part.read_bytes()).hexdigest()}\n"
    release = tmp_path / "release.tar"
    archive.pack(release, "7.8.9", archive.ROOT, wanted, [part])
    slots = Slots(tmp_path / "opt", build_with(sys.executable, ("lobbypay", "--help")))
    slots.put("7.8.9", release)
    slots.run("7.8.9")
    inner = tmp_path / "opt" / "current" / "venv" / "bin" / "python"
    words = (
        "import someparts, kiosk.asset_paths as a; from importlib.metadata import version as v; "
    )
    words += "print(someparts.ANSWER, v('lobbypay'), a.FONTS.is_dir(), a.__file__)"
    said = subprocess.run([inner, "-I", "-c", words], capture_output=True, text=True, check=True)
    answer, version, fonts, where = said.stdout.split()
    assert (answer, version, fonts) == ("42", "7.8.9", "True")
    assert where.startswith(str(tmp_path / "opt" / "releases" / "7.8.9"))

    whole = Slots(tmp_path / "opt", build_with(sys.executable))
    with pytest.raises(Refused, match="No module named"):
        whole.put("7.8.10", release)  # a package is missing
    assert not whole.is_whole("7.8.10")

    bad = tmp_path / "bad.tar"
    archive.pack(
        bad, "7.9.0", archive.ROOT, wanted.replace("sha256:", "sha256:00")[:-3] + "\n", [part]
    )
    with pytest.raises(Refused) as refused:
        slots.put("7.9.0", bad)
    assert refused.value.code == "does_not_start"
    assert not slots.is_whole("7.9.0")


def test_a_kiosk_needs_what_is_locked_and_nothing_of_the_server():
    names = archive.needed()
    assert {"kivy", "pydantic", "cryptography", "zxing-cpp"} <= names
    assert not {"django", "pytest", "tuf", "weasyprint"} & names
    blocks = archive.locked(names, (archive.ROOT / "requirements.lock").read_text())
    assert blocks.count("numpy==") == 2, "one for each Python"
    assert "--hash=sha256:" in blocks


def test_a_checkout_that_is_not_set_up_makes_no_release(tmp_path):
    assert archive.unprepared(archive.ROOT) == []
    (tmp_path / "assets" / "locale").mkdir(parents=True)
    (tmp_path / "assets" / "locale" / "lobbypay.po").write_text("")
    missing = archive.unprepared(tmp_path)
    assert missing == [
        "assets/fonts/built/LobbyScreen-Bold.otf",
        "assets/locale/lobbypay.mo",
        "assets/pinyin/built/lobbypay.table.bin",
    ]


def test_the_updater_needs_little_and_nothing_of_ours():
    names = archive.needed(*archive.UPDATER)
    assert {"tuf", "securesystemslib", "cryptography", "urllib3", "cffi"} <= names
    assert len(names) < 9
    assert not {"lobbypay", "pydantic", "kivy"} & names


def test_a_package_that_is_not_locked_is_named():
    with pytest.raises(archive.NotBuilt, match="kivy"):
        archive.locked({"kivy"}, "requests==2.0 \\\n    --hash=sha256:00\n")


def test_the_machine_is_told_by_processor_and_python():
    python = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    assert machine_of(sys.executable) == f"{platform.machine()}-{python}"


def test_the_command_begins_a_machine_and_shows_it(tmp_path, capsys, monkeypatch):
    config = tmp_path / "updater.toml"
    config.write_text(
        f'root = "{tmp_path}/root.json"\nhome = "{tmp_path}/opt"\nstate = "{tmp_path}/s"\n'
    )
    monkeypatch.setattr(command, "build_with", lambda python: lambda folder: None)
    release = tmp_path / "release.tar"
    archive.pack(release, "0.1.0", tmp_path, "", [])
    given, strict = ["--config", str(config)], os.umask(0o077)
    assert command.main([*given, "--version", "0.1.0", "first", str(release)]) == 0
    os.umask(strict)
    placed = tmp_path / "opt" / "releases" / "0.1.0" / "app"
    assert placed.stat().st_mode & 0o777 == 0o755, "the kiosk's user reads it"
    assert command.main([*given, "--version", "0.1.0", "first", str(release)]) == 2
    assert command.main([*given, "starting"]) == 0
    capsys.readouterr()
    assert command.main([*given, "show"]) == 0
    assert json.loads(capsys.readouterr().out)["runs"] == "0.1.0"


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("home = 1", "root is missing"),
        ('root = "r"\nhoem = "x"', "not a setting: hoem"),
        ('root = "r"\nurl = "http://elsewhere"', "https:// is allowed"),
        ('root = "r"\nurl = "http://localhost.example"', "https:// is allowed"),
        ("root = ", "updater.toml"),
    ],
)
def test_a_mistake_in_the_configuration_is_named(tmp_path, capsys, text, says):
    config = tmp_path / "updater.toml"
    config.write_text(text)
    assert command.main(["--config", str(config), "show"]) == 2
    assert says in capsys.readouterr().err
