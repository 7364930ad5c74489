"""The currencies that people pay in, with their minor units: ISO 4217, as payment channels and card
terminals count them (CLDR, which babel follows, leaves out the cents of some)."""

import unicodedata

_NO_MINOR_UNIT = "BIF CLP DJF GNF ISK JPY KMF KRW PYG RWF UGX VND VUV XAF XOF XPF"
_THOUSANDTHS = "BHD IQD JOD KWD LYD OMR TND"
_HUNDREDTHS = (
    "AED AFN ALL AMD AOA ARS AUD AWG AZN BAM BBD BDT BMD BND BOB BRL BSD BTN BWP BYN BZD CAD CDF CHF"
    " CNY COP CRC CUP CVE CZK DKK DOP DZD EGP ERN ETB EUR FJD FKP GBP GEL GHS GIP GMD GTQ GYD HKD HNL"
    " HTG HUF IDR ILS INR IRR JMD KES KGS KHR KPW KYD KZT LAK LBP LKR LRD LSL MAD MDL MGA MKD MMK MNT"
    " MOP MRU MUR MVR MWK MXN MYR MZN NAD NGN NIO NOK NPR NZD PAB PEN PGK PHP PKR PLN QAR RON RSD RUB"
    " SAR SBD SCR SDG SEK SGD SHP SLE SOS SRD SSP STN SYP SZL THB TJS TMT TOP TRY TTD TWD TZS UAH USD"
    " UYU UZS VES WST XCD XCG YER ZAR ZMW ZWG"
)
EXPONENTS: dict[str, int] = {
    **dict.fromkeys(_NO_MINOR_UNIT.split(), 0),
    **dict.fromkeys(_HUNDREDTHS.split(), 2),
    **dict.fromkeys(_THOUSANDTHS.split(), 3),
}
_MISTAKES = {
    **dict.fromkeys(("RMB", "CNH", "YUAN", "¥", "元", "人民币", "圆", "CN¥", "RMB¥"), "CNY"),
    **dict.fromkeys(("NT$", "NTD", "NT", "台币", "新台币"), "TWD"),
    **dict.fromkeys(("HK$", "HK", "港币", "港元"), "HKD"),
    **dict.fromkeys(("MOP$", "澳门币"), "MOP"),
    **dict.fromkeys(("$", "US$", "USDOLLAR", "美元", "DOLLAR"), "USD"),
    **dict.fromkeys(("S$", "SG$"), "SGD"),
    **dict.fromkeys(("€", "EURO", "欧元"), "EUR"),
    **dict.fromkeys(("£", "GBR", "STG"), "GBP"),
    **dict.fromkeys(("YEN", "円", "日元", "JP¥"), "JPY"),
}


class CurrencyUnknown(ValueError):
    """``name`` is no currency that people pay in; ``suggestion`` is what was meant, else empty."""

    def __init__(self, name: str, suggestion: str = "") -> None:
        meant = f"; did you mean {suggestion}?" if suggestion else ""
        super().__init__(f"{name!r} is not an ISO 4217 currency{meant}")
        self.name, self.suggestion = name, suggestion


def listed(code: str) -> str:
    """``code`` itself. Raises CurrencyUnknown for anything but the exact letters."""
    if code not in EXPONENTS:
        raise CurrencyUnknown(code)
    return code


def currency_code(text: str) -> str:
    """The three letters; blanks, full-width letters and small letters do not matter.

    Raises CurrencyUnknown, with what was probably meant.
    """
    code = "".join(unicodedata.normalize("NFKC", text).split()).upper()
    if code not in EXPONENTS:
        raise CurrencyUnknown(text, _MISTAKES.get(code, ""))
    return code
