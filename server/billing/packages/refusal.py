"""Why something cannot be done with a package."""


class PackageImpossible(Exception):
    """``text``: why, in the language of the page."""

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self.text = text
