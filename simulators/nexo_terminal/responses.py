"""The bodies of the terminal's answers (Terminal API, protocol 3.0)."""

import json
from typing import Any
from urllib.parse import quote, urlencode

from simulators.nexo_terminal.books import Transaction

SOFTWARE = "LobbyPay simulator 1"
MASKED_PAN = "559883 **** 8074"


def success(**more: str) -> dict[str, Any]:
    told = {"Result": "Success"}
    if more:
        told["AdditionalResponse"] = urlencode(more, quote_via=quote)
    return {"Response": told}


def failure(condition: str, **more: str) -> dict[str, Any]:
    told = {"Result": "Failure", "ErrorCondition": condition}
    if more:
        told["AdditionalResponse"] = urlencode(more, quote_via=quote)
    return {"Response": told}


def paid(done: Transaction, amount: Any, result: str = "Success") -> dict[str, Any]:
    """With what a terminal sends beside it, too: who reads it has to leave that where it is."""
    card = {
        "PaymentBrand": "mc",
        "MaskedPAN": MASKED_PAN,
        "EntryMode": ["ICC"],
        "SensitiveCardData": {"ExpiryDate": "0230", "CardSeqNumb": "33"},
    }
    more = {
        "cardHolderName": "MEI WANG",
        "expiryDate": "2/2030",
        "pspReference": done.name.split(".")[1],
    }
    return {
        "Response": success(**more)["Response"] | {"Result": result},
        "SaleData": {"SaleTransactionID": {"TransactionID": done.reference, "TimeStamp": done.at}},
        "POIData": {"POITransactionID": {"TransactionID": done.name, "TimeStamp": done.at}},
        "PaymentResult": {
            "OnlineFlag": True,
            "PaymentInstrumentData": {"PaymentInstrumentType": "Card", "CardData": card},
            "PaymentAcquirerData": {"ApprovalCode": f"{750000 + done.number}"},
            "AmountsResp": {"AuthorizedAmount": amount, "Currency": done.currency},
        },
        "PaymentReceipt": [_receipt("CashierReceipt", done), _receipt("CustomerReceipt", done)],
    }


def _receipt(kind: str, done: Transaction) -> dict[str, Any]:
    lines = [
        {"name": "LobbyPay SIMULATOR", "key": "header1"},
        {"name": "Card", "value": MASKED_PAN, "key": "pan"},
        {"name": "Ref", "value": done.reference, "key": "txRef"},
        {"name": "Total", "value": f"{done.amount} {done.currency}", "key": "totalAmount"},
        {"name": "APPROVED", "key": "approved"},
    ]
    text = [{"Text": urlencode(line, quote_via=quote), "EndOfLineFlag": True} for line in lines]
    content = {"OutputFormat": "Text", "OutputText": text}
    return {"DocumentQualifier": kind, "RequiredSignatureFlag": False, "OutputContent": content}


def reversed_(of: Transaction, at: str) -> dict[str, Any]:
    name = {"TransactionID": f"{of.name.split('.')[1]}C", "TimeStamp": at}
    return success(currency=of.currency) | {"POIData": {"POITransactionID": name}}


def diagnosis(poi_id: str, status: str, host: bool, with_host: bool, unsent: int) -> dict[str, Any]:
    more = {
        "firmwareVersion": SOFTWARE,
        "terminalId": poi_id,
        "unconfirmedBatchCount": str(unsent),
    }
    told = success(**more) | {
        "POIStatus": {"GlobalStatus": status, "CommunicationOKFlag": True, "PrinterStatus": "OK"}
    }
    if with_host:
        told["HostStatus"] = [{"AcquirerID": "0", "IsReachableFlag": host}]
    return told


def repeated(reference: dict[str, Any], answer: dict[str, Any]) -> dict[str, Any]:
    category = reference["MessageCategory"]
    body = {f"{category}Response": answer}
    return success() | {
        "MessageReference": reference,
        "RepeatedMessageResponse": {"RepeatedResponseMessageBody": body},
    }


def plain(root: str, inner: dict[str, Any]) -> bytes:
    """Not sealed, as no terminal should answer."""
    return json.dumps({root: inner}).encode()
