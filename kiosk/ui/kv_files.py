"""Loads the .kv file beside a module, once. It never loads anything from outside the package."""

from pathlib import Path

from kivy.lang import Builder


def load_beside(module_file: str) -> None:
    """``module_file`` is the module's ``__file__``; its layout has the same name and ends in .kv."""
    Builder.load_file(str(Path(module_file).with_suffix(".kv")))
