"""What a resident can touch."""

from enum import StrEnum


class Action(StrEnum):
    """Everything that a resident can touch. ``Tapped.value`` says which digit, bill or method."""

    SCAN = "scan"
    KEYPAD = "keypad"
    SERVICES = "services"
    DIGIT = "digit"
    CLEAR = "clear"
    BACKSPACE = "backspace"
    FIELD = "field"
    KIND = "kind"  # homes, shops, parking spaces
    SUGGESTION = "suggestion"
    NEXT = "next"
    BACK = "back"
    END = "end"
    HELP = "help"
    CALL_BACK = "call_back"
    LANGUAGE = "language"
    ELDER = "elder"
    HIGH_CONTRAST = "high_contrast"
    LOW_REACH = "low_reach"
    SPEAK = "speaking"  # the voice on or off; the value ``on`` only switches it on
    VOLUME = "volume"  # the next step, after the loudest the softest
    TOGGLE_BILL = "toggle_bill"
    SELECT_ALL = "select_all"
    EXPLAIN = "explain"
    VIEW_RESULT = "view_result"  # of the payment that a bill on the screen waits for
    TOP_UP = "top_up"  # pay in credit; with an amount in whole units of the currency
    PART = "part"  # pay a part of a bill; with an amount as TOP_UP
    USE_CREDIT = "use_credit"  # what the unit has prepaid; with ALL_DUE for all that is due; or not
    ITEMISE = "itemise"  # elder mode: the bills one by one
    PAY = "pay"
    METHOD = "method"
    CANCEL_PAYMENT = "cancel_payment"
    CHANGE_METHOD = "change_method"
    HAVE_PAID = "have_paid"  # says the resident, while the line is down
    MORE_TIME = "more_time"
    PRINT = "print"
    PHONE = "phone"
    NO_RECEIPT = "no_receipt"
    VOTE = "vote"  # how satisfied they are with paying here: a contract.day_tally.Vote
    DONE = "done"
    ANOTHER = "another"
    UNDERSTOOD = "understood"
    PRINT_SLIP = "print_slip"
    REPRINT = "reprint"
    STAFF = "staff"  # the hidden touch that asks for the PIN
    STAFF_TEST = "staff_test"
    STOP_TEST = "stop_test"
    ASK = "ask"  # a request of this kind
    TOPIC = "topic"
    PHRASE = "phrase"  # what is usually said, instead of typing
    WRITE = "write"
    LETTER = "letter"
    MARK = "mark"  # a figure, a mark or a space
    CANDIDATE = "candidate"  # what the letters mean, by its place
    CANDIDATES = "candidates"  # their next page, or the one before
    KEYS = "keys"  # pinyin, letters, figures and marks
    SHIFT = "shift"
    RETRY = "retry"
    OTHER_UNIT = "other_unit"  # not the one whose bills were read
    ANSWERS = "answers"  # to earlier requests
    PAYMENTS = "payments"  # what the unit has paid
    PAYMENT = "payment"  # one of them
    INVOICE = "invoice"  # ask for one
    INVOICE_FOR = "invoice_for"  # a company or a person
    NOTICE = "notice"  # read in full
    ACCOUNTS = "accounts"  # what the community made public
    ACCOUNT = "account"  # one of them
