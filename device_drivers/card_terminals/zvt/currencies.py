"""Currencies by letters and by number (ISO 4217), as ZVT's BMP 49 wants them."""

NUMBERS = {
    "AED": 784,
    "AUD": 36,
    "CAD": 124,
    "CHF": 756,
    "CNY": 156,
    "CZK": 203,
    "DKK": 208,
    "EUR": 978,
    "GBP": 826,
    "HKD": 344,
    "HUF": 348,
    "JPY": 392,
    "KRW": 410,
    "MOP": 446,
    "MYR": 458,
    "NOK": 578,
    "NZD": 554,
    "PLN": 985,
    "SEK": 752,
    "SGD": 702,
    "THB": 764,
    "TWD": 901,
    "USD": 840,
}
LETTERS = {number: letters for letters, number in NUMBERS.items()}
