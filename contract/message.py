"""What every message of the kiosk API is: immutable, and patient with fields that it does not know."""

from typing import Annotated

from pydantic import AfterValidator, BaseModel, ConfigDict, StringConstraints

from contract.plain_text import clean_name

Sha256 = Annotated[str, StringConstraints(pattern=r"^[0-9a-f]{64}$")]


class Message(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Text(Message):
    """The same words in both languages."""

    zh: str
    en: str

    def in_language(self, language: str) -> str:
        return self.en if language == "en" else self.zh


def _clean(text: Text) -> Text:
    zh, en = clean_name(text.zh), clean_name(text.en)
    return text if (zh, en) == (text.zh, text.en) else Text(zh=zh, en=en)


Name = Annotated[str, AfterValidator(clean_name)]
NameText = Annotated[Text, AfterValidator(_clean)]  # a name of one line, as names are kept
