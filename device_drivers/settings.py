"""Reads a driver's table of the configuration; names the key of every mistake; touches no device."""

from collections.abc import Mapping
from typing import Any

_REQUIRED = object()


class BadSetting(ValueError):
    """A setting that cannot be used: ``key`` names it, ``allowed`` says what would be right."""

    def __init__(self, key: str, value: Any, allowed: str) -> None:
        super().__init__(f"{key} = {value!r} cannot be used; allowed: {allowed}")
        self.key = key
        self.value = value
        self.allowed = allowed


class Table:
    """One driver's settings. Ask for every key, then ``finish``: what is left is a mistake."""

    def __init__(self, settings: Mapping[str, Any]) -> None:
        self._settings = settings
        self._known: list[str] = []

    def _take(self, key: str, default: Any, allowed: str) -> Any:
        self._known.append(key)
        value = self._settings.get(key, default)
        if value is _REQUIRED:
            raise BadSetting(key, None, f"{allowed} (it must be given)")
        return value

    def text(self, key: str, default: Any = _REQUIRED) -> str:
        value = self._take(key, default, "text")
        if not isinstance(value, str):
            raise BadSetting(key, value, "text in quotes")
        return value

    def number(self, key: str, default: Any, low: float, high: float) -> float:
        allowed = f"a number from {low:g} to {high:g}"
        value = self._take(key, default, allowed)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise BadSetting(key, value, allowed)
        if not low <= value <= high:
            raise BadSetting(key, value, allowed)
        return float(value)

    def whole(self, key: str, default: Any, low: int, high: int) -> int:
        allowed = f"a whole number from {low} to {high}"
        value = self._take(key, default, allowed)
        if isinstance(value, bool) or not isinstance(value, int) or not low <= value <= high:
            raise BadSetting(key, value, allowed)
        return value

    def whole_or_none(self, key: str, low: int, high: int) -> int | None:
        """For what may be left out, as there is no value that means "as it comes"."""
        if self._take(key, None, "a whole number") is None:
            return None
        return self.whole(key, None, low, high)

    def flag(self, key: str, default: Any) -> bool:
        value = self._take(key, default, "true or false")
        if not isinstance(value, bool):
            raise BadSetting(key, value, "true or false")
        return value

    def choice(self, key: str, options: tuple[str, ...], default: Any = _REQUIRED) -> str:
        allowed = "one of " + ", ".join(options)
        value = self._take(key, default, allowed)
        if value not in options:
            raise BadSetting(key, value, allowed)
        return value

    def choices(
        self, key: str, options: tuple[str, ...], default: tuple[str, ...]
    ) -> tuple[str, ...]:
        """One or more of the options, in the order given."""
        allowed = "a list of one or more of " + ", ".join(options)
        value = self._take(key, default, allowed)
        if isinstance(value, str) or not isinstance(value, list | tuple) or not value:
            raise BadSetting(key, value, allowed)
        if len(set(value)) != len(value) or not set(value) <= set(options):
            raise BadSetting(key, value, allowed)
        return tuple(value)

    def raw_bytes(self, key: str, default: bytes) -> bytes:
        """Bytes written as hex, e.g. ``"16 54 0D"``."""
        value = self._take(key, default, "bytes in hex")
        if isinstance(value, bytes):
            return value
        try:
            return bytes.fromhex(value)
        except (TypeError, ValueError):
            raise BadSetting(key, value, 'bytes in hex, e.g. "16 54 0D"') from None

    def anything(self, key: str, default: Any = _REQUIRED) -> Any:
        """The value as it is, for a key that the driver checks itself."""
        return self._take(key, default, "a value")

    def finish(self) -> None:
        """Raises BadSetting for a key that was never asked for."""
        for key, value in self._settings.items():
            if key not in self._known:
                raise BadSetting(key, value, "only the keys " + ", ".join(self._known))
