"""The screens of the kiosk."""

from enum import StrEnum


class Screen(StrEnum):
    """The state chooses the screen; the interface has one class for each of these."""

    PAIRING = "pairing"  # this machine has no identity yet; nothing of any resident
    STARTING = "starting"
    ATTRACT = "attract"
    SCAN = "scan"
    IDENTIFY = "identify"
    VERIFY = "verify"  # last four digits of the phone, where the community asks for them
    BILLS = "bills"
    EXPLAIN = "explain"
    NOTHING_DUE = "nothing_due"
    METHOD = "method"
    TOP_UP = "top_up"  # how much is to be paid in as credit
    PART = "part"  # how much of a bill is to be paid
    CREDIT = "credit"  # what of the unit's credit would be used
    PAYING_QR = "paying_qr"
    PAYING_CARD = "paying_card"
    PAYING_CODE = "paying_code"  # the resident's phone was read; it may ask for a password
    PAYING_CREDIT = "paying_credit"  # the server is asked to take it out of the credit
    PAID = "paid"
    RECEIPT_PHONE = "receipt_phone"
    DECLINED = "declined"
    UNKNOWN = "unknown"
    RETURNED = "returned"  # an earlier payment whose money goes back, or is credit now
    MESSAGE = "message"
    SERVICES = "services"
    TOPICS = "topics"  # of a request
    PHRASES = "phrases"  # what is usually said of the topic
    WRITE = "write"  # in one's own words
    REQUEST_UNIT = "request_unit"
    REQUEST_PHONE = "request_phone"  # a number to be called at, or none
    REQUEST_SENT = "request_sent"
    ANSWER_KEY = "answer_key"  # what proves who asks for earlier requests
    ANSWERS = "answers"
    INVOICE = "invoice"  # of which payment, and for whom
    TAX_NUMBER = "tax_number"
    PAYMENTS = "payments"  # what the unit has paid
    PAYMENT = "payment"  # one of them
    NOTICE = "notice"  # one in full
    ACCOUNTS = "accounts"  # what the community made public
    ACCOUNT = "account"  # one of them in full
    HELP = "help"
    CALLBACK = "callback"  # a number to be called back at
    CLOSED = "closed"  # by the hours, or while an outage lasts that was planned
    OUT_OF_ORDER = "out_of_order"
    STAFF_PIN = "staff_pin"
    STAFF = "staff"  # devices, tests, versions; nothing of any resident
