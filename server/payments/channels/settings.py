"""A channel's table of the configuration; keys are files, because secrets have no place in a table."""

from pathlib import Path

from cryptography.hazmat.primitives.asymmetric.rsa import RSAPublicKey
from cryptography.hazmat.primitives.serialization import load_pem_public_key
from pydantic import Field, field_validator

from contract.text_file import read_text
from server.configuration import ConfigMistake, Section
from server.gateways.official_account import API, PAGES, OfficialAccount

_HOST = r"^https://[^\s/]+$|^http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?$"


class ChannelTable(Section):
    """What every channel needs."""

    gateway: str = Field(
        pattern=r"^https://[^\s]+$|^http://(127\.0\.0\.1|localhost)(:[0-9]{1,5})?(/[^\s]*)?$",
        description="https://host; http:// for this machine only",
    )
    notify_url: str = Field(
        pattern=r"^https?://[^\s]+$", description="where the channel tells us, https://host/path"
    )
    timeout_s: float = Field(default=8.0, gt=0, le=18, description="seconds, up to 18")
    simulated: bool = Field(default=False, description="true or false: no real money")
    payment_codes: bool = Field(
        default=False,
        description="true where the contract allows to charge the code on the payer's phone",
    )
    phone_page: bool = Field(
        default=False,
        description="true where the contract allows phones to pay on the channel's page (H5, wap)",
    )


class WeChatTable(ChannelTable):
    mchid: str = Field(pattern=r"^[0-9]{6,12}$", description="the merchant number")
    appid: str = Field(min_length=1, description="the app id, e.g. wx8888888888888888")
    merchant_serial: str = Field(min_length=1, description="serial number of the merchant key")
    merchant_key_file: Path = Field(description="a PEM file with the merchant's private key")
    apiv3_key_file: Path = Field(description="a file with the 32 characters of the APIv3 key")
    platform_public_key_file: Path = Field(description="a PEM file with WeChat Pay's public key")
    platform_public_key_id: str = Field(
        pattern=r"^PUB_KEY_ID_[0-9A-Za-z]+$", description="PUB_KEY_ID_..."
    )
    account_secret_file: Path | None = Field(
        default=None,
        description="a file with the AppSecret of the official account whose appid it is: phones pay in"
        " WeChat's own window (JSAPI); left out, they do not",
    )
    account_pages: str = Field(
        default=PAGES, pattern=_HOST, description="https://host of WeChat's OAuth page"
    )
    account_api: str = Field(
        default=API, pattern=_HOST, description="https://host of the official account's API"
    )

    @field_validator("merchant_key_file", "apiv3_key_file", "platform_public_key_file")
    @classmethod
    def _is_there(cls, path: Path) -> Path:
        return readable(path)

    @field_validator("account_secret_file")
    @classmethod
    def _is_there_if_named(cls, path: Path | None) -> Path | None:
        if path and not read_text(readable(path)).strip():
            raise ValueError(f"{path} is empty")
        return path

    def account(self) -> OfficialAccount | None:
        if self.account_secret_file is None:
            return None
        secret = read_text(self.account_secret_file).strip()
        return OfficialAccount(self.appid, secret, self.account_pages, self.account_api)


class AlipayTable(ChannelTable):
    app_id: str = Field(pattern=r"^[0-9]{8,32}$", description="the app id")
    seller_id: str = Field(pattern=r"^[0-9]{8,32}$", description="the merchant's account, 2088...")
    app_private_key_file: Path = Field(description="a PEM file with the app's private key")
    alipay_public_key_file: Path = Field(description="a PEM file with Alipay's public key")

    @field_validator("app_private_key_file", "alipay_public_key_file")
    @classmethod
    def _is_there(cls, path: Path) -> Path:
        return readable(path)

    def alipays_key(self) -> RSAPublicKey:
        """Raises ConfigMistake when the file holds no RSA key."""
        try:
            key = load_pem_public_key(read_text(self.alipay_public_key_file).encode())
        except ValueError as error:
            raise ConfigMistake(f"{self.alipay_public_key_file}: no public key in PEM") from error
        if not isinstance(key, RSAPublicKey):
            raise ConfigMistake(f"{self.alipay_public_key_file}: not an RSA key")
        return key


def readable(path: Path) -> Path:
    """Raises ValueError when there is no such file."""
    if not path.is_file():
        raise ValueError(f"there is no file {path}")
    return path
