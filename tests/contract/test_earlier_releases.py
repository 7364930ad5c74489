"""A kiosk and a server of neighbouring releases understand each other: what an earlier one said is read
as it was meant, and no form was changed so that an earlier one could not read it."""

import json
from typing import Any

import pytest

from contract.message import Message
from contract.messages import ApiError
from tests.contract.recording import CALLS, FOLDER, schemas

RELEASES = sorted(path.name.removesuffix(".jsonl") for path in FOLDER.glob("*.jsonl"))
# Words that were added to a closed list since, and why an earlier release never meets them.
ADDED_WORDS: dict[str, str] = {
    "ErrorCode:no_phone": "refuses a call that an earlier release does not make",
}


def lines(release):
    return [json.loads(line) for line in (FOLDER / f"{release}.jsonl").read_text().splitlines()]


def lost(said: Any, read: Any, where: str = "") -> list[str]:
    """What is not read as it was said; numbers and times may be written otherwise."""
    if isinstance(said, dict) and isinstance(read, dict):
        return [
            each
            for name, value in said.items()
            for each in (
                lost(value, read[name], f"{where}.{name}") if name in read else [f"{where}.{name}"]
            )
        ]
    if isinstance(said, list) and isinstance(read, list):
        if len(said) != len(read):
            return [where]
        return [one for a, b in zip(said, read, strict=True) for one in lost(a, b, where)]
    if isinstance(said, str) and isinstance(read, str) and "T" in said:
        return [] if said.replace("+00:00", "Z") == read.replace("+00:00", "Z") else [where]
    return [] if said == read else [where]


def changes(old: dict[str, Any], new: dict[str, Any]) -> list[str]:
    """What an earlier release could not live with, of one form and all that it is made of."""
    before = {"": old, **old.get("$defs", {})}
    after = {"": new, **new.get("$defs", {})}
    found = []
    for name, was in before.items():
        now = after.get(name)
        if now is None:
            found.append(f"{name} is gone")
            continue
        fields, were = now.get("properties", {}), was.get("properties", {})
        found += [f"{name}.{field} is gone" for field in were if field not in fields]
        newly = set(now.get("required", ())) - set(was.get("required", ()))
        found += [f"{name}.{field} must be there" for field in sorted(newly)]
        found += _words(name, was, now)
        for field in set(fields) & set(were):
            found += _words(f"{name}.{field}", were[field], fields[field])
    return found


def _words(where: str, was: dict[str, Any], now: dict[str, Any]) -> list[str]:
    if "enum" not in was or "enum" not in now:
        return []
    fewer = [
        f"{where}: {word} is not known any more" for word in was["enum"] if word not in now["enum"]
    ]
    more = [word for word in now["enum"] if word not in was["enum"]]
    return fewer + [
        f"{where}: {word} is new" for word in more if f"{where}:{word}" not in ADDED_WORDS
    ]


def test_there_is_a_record_of_each_kind_of_message():
    assert RELEASES
    recorded = {line["call"] for line in lines(RELEASES[0])}
    rare = {
        "POST /enrol",
        "POST /pairings",
        "POST /keys",
        "GET /bills/{}",
        "POST /units/payments",
        "POST /journal/continue",
        "POST /callbacks",
        "POST /requests",
        "POST /requests/find",
    }
    assert recorded | rare == set(CALLS)


@pytest.mark.parametrize("release", RELEASES)
def test_what_an_earlier_release_said_is_read_as_it_was_meant(release):
    for line in lines(release):
        asks, answers = CALLS[line["call"]]
        if line["asked"] is not None:
            assert asks is not None
            read = asks.model_validate(line["asked"]).model_dump(mode="json")
            assert not lost(line["asked"], read), line["call"]
        form = answers if line["status"] < 300 else ApiError
        read = form.model_validate(line["answer"]).model_dump(mode="json")
        assert not lost(line["answer"], read), line["call"]


@pytest.mark.parametrize("release", RELEASES)
def test_no_form_is_changed_so_that_an_earlier_release_could_not_read_it(release):
    recorded = json.loads((FOLDER / f"{release}.schema.json").read_text())
    now = schemas()
    assert set(recorded) <= set(now)
    assert {name: found for name in recorded if (found := changes(recorded[name], now[name]))} == {}


def test_what_is_not_known_is_passed_over():
    def forms(base):
        return [
            *base.__subclasses__(),
            *(one for sub in base.__subclasses__() for one in forms(sub)),
        ]

    found = forms(Message)
    assert len(found) > 50
    assert {one.model_config.get("extra") for one in found} == {"ignore"}


def test_each_change_that_matters_is_seen():
    was = {"properties": {"a": {"enum": ["x", "y"]}, "b": {}}, "required": ["a"]}
    worse = {"properties": {"a": {"enum": ["x", "z"]}, "c": {}}, "required": ["a", "c"]}
    assert changes(was, was) == []
    assert changes(was, worse) == [
        ".b is gone",
        ".c must be there",
        ".a: y is not known any more",
        ".a: z is new",
    ]
    assert lost({"a": [1, {"b": 2}]}, {"a": [1, {"b": 3}]}) == [".a.b"]
