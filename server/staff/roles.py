"""What each role may see, change and do: one table. Who holds it where, ``server.staff.scope`` knows."""

from dataclasses import dataclass
from enum import StrEnum

from django.db import models
from django.utils.translation import gettext_lazy as _


class Role(models.TextChoices):
    """A person holds a role in one community; the same person may hold another in the next."""

    ADMINISTRATOR = "administrator", _("Administrator")
    BOOKKEEPER = "bookkeeper", _("Bookkeeper")
    COLLECTOR = "collector", _("Collector")
    APPROVER = "approver", _("Approver")
    TECHNICIAN = "technician", _("Technician")
    AUDITOR = "auditor", _("Auditor")


class Area(StrEnum):
    """What belongs together when it is asked who may look at it, or change it."""

    ESTATE = "estate"  # the community itself, buildings, units, parking spaces
    RESIDENTS = "residents"
    FEES = "fees"  # fee items, tariffs, late fees
    METERS = "meters"
    BILLS = "bills"
    PAYMENTS = "payments"  # orders, refunds, what kiosks and channels told of them
    BOOKS = "books"
    KIOSKS = "kiosks"
    NOTICES = "notices"
    ALERTS = "alerts"
    LOG = "log"  # acts of people
    PEOPLE = "people"  # who holds which role
    SERVICE = "service"  # what residents ask for
    REQUESTS = "requests"  # what one asked for and another approves
    COMPANY = "company"  # of no community: accounts, unmatched money; superusers only


class Deed(StrEnum):
    """What is more than changing a row."""

    VOID_BILL = "void_bill"
    WAIVE = "waive"
    CHANGE_TARIFF = "change_tariff"
    KEEP_CREDIT = "keep_credit"  # take money in at the counter, use credit, ask to pay it out
    RUN_BILLS = "run_bills"
    SELL_PACKAGE = "sell_package"  # and ask to give back what is left of one
    AGREE_INSTALMENTS = "agree_instalments"
    REGROUP_UNITS = "regroup_units"  # merge and split them
    DECIDE_PAYMENT = "decide_payment"
    RETURN_MONEY = "return_money"
    RESOLVE_ALERT = "resolve_alert"
    PLAN_ON_CALL = "plan_on_call"  # who is on call, and by which rules people are told
    PAIR_KIOSK = "pair_kiosk"
    OPERATE_KIOSK = "operate_kiosk"  # ask it from afar to restart, to go out of service, ...
    SET_KIOSK = "set_kiosk"  # change its settings from afar, among them limits of money
    ANSWER_REQUEST = "answer_request"  # of a resident
    DIRECT_REQUESTS = "direct_requests"  # to whom they go, how urgent they are
    SET_MESSAGES = "set_messages"  # what residents are told, by which ways
    DRAFT_ACCOUNTS = "draft_accounts"  # what is made public, once another approves it
    APPROVE = "approve"
    ASSIGN_ROLES = "assign_roles"
    EXPORT_LOG = "export_log"


@dataclass(frozen=True)
class Rights:
    """Whoever changes an area sees it too."""

    sees: frozenset[Area]
    changes: frozenset[Area] = frozenset()
    does: frozenset[Deed] = frozenset()


_ALL = frozenset(Area) - {Area.COMPANY}
_MONEY = {Area.FEES, Area.METERS, Area.BILLS, Area.PAYMENTS, Area.BOOKS, Area.REQUESTS}
_DAILY = {Area.ESTATE, Area.KIOSKS, Area.NOTICES, Area.ALERTS, Area.SERVICE}

TABLE: dict[Role, Rights] = {
    Role.ADMINISTRATOR: Rights(
        sees=_ALL,
        changes=frozenset(
            {
                Area.ESTATE,
                Area.RESIDENTS,
                Area.FEES,
                Area.METERS,
                Area.KIOSKS,
                Area.NOTICES,
                Area.PEOPLE,
            }
        ),
        does=frozenset(
            {
                Deed.ASSIGN_ROLES,
                Deed.CHANGE_TARIFF,
                Deed.DRAFT_ACCOUNTS,
                Deed.REGROUP_UNITS,
                Deed.PLAN_ON_CALL,
                Deed.PAIR_KIOSK,
                Deed.OPERATE_KIOSK,
                Deed.SET_KIOSK,
                Deed.RESOLVE_ALERT,
                Deed.EXPORT_LOG,
                Deed.ANSWER_REQUEST,
                Deed.DIRECT_REQUESTS,
                Deed.SET_MESSAGES,
            }
        ),
    ),
    Role.BOOKKEEPER: Rights(
        sees=frozenset({*_DAILY, *_MONEY, Area.RESIDENTS, Area.LOG}),
        changes=frozenset({Area.FEES, Area.METERS, Area.RESIDENTS}),
        does=frozenset(
            {
                Deed.VOID_BILL,
                Deed.WAIVE,
                Deed.CHANGE_TARIFF,
                Deed.DRAFT_ACCOUNTS,
                Deed.KEEP_CREDIT,
                Deed.SELL_PACKAGE,
                Deed.AGREE_INSTALMENTS,
                Deed.RUN_BILLS,
                Deed.REGROUP_UNITS,
                Deed.DECIDE_PAYMENT,
                Deed.RETURN_MONEY,
                Deed.ANSWER_REQUEST,
                Deed.RESOLVE_ALERT,
            }
        ),
    ),
    Role.COLLECTOR: Rights(
        sees=frozenset(
            {*_DAILY, Area.RESIDENTS, Area.FEES, Area.BILLS, Area.PAYMENTS, Area.REQUESTS}
        ),
        changes=frozenset({Area.RESIDENTS, Area.NOTICES}),
        does=frozenset(
            {
                Deed.VOID_BILL,
                Deed.WAIVE,
                Deed.KEEP_CREDIT,
                Deed.SELL_PACKAGE,
                Deed.AGREE_INSTALMENTS,
                Deed.ANSWER_REQUEST,
                Deed.RESOLVE_ALERT,
            }
        ),
    ),
    Role.APPROVER: Rights(
        sees=frozenset({*_DAILY, *_MONEY, Area.RESIDENTS, Area.LOG}),
        does=frozenset({Deed.APPROVE, Deed.EXPORT_LOG, Deed.ANSWER_REQUEST, Deed.DIRECT_REQUESTS}),
    ),
    Role.TECHNICIAN: Rights(
        sees=frozenset({*_DAILY, Area.METERS}),
        changes=frozenset({Area.METERS, Area.KIOSKS}),
        does=frozenset(
            {Deed.PAIR_KIOSK, Deed.OPERATE_KIOSK, Deed.RESOLVE_ALERT, Deed.ANSWER_REQUEST}
        ),
    ),
    Role.AUDITOR: Rights(sees=_ALL, does=frozenset({Deed.EXPORT_LOG})),
}

_OF_APP = {
    "estate": Area.ESTATE,
    "billing": Area.FEES,
    "billing_runs": Area.BILLS,
    "bill_mail": Area.BILLS,
    "jobs": Area.BILLS,
    "onboarding": Area.ESTATE,
    "ledger": Area.BOOKS,
    "payments": Area.PAYMENTS,
    "notices": Area.NOTICES,
    "public_accounts": Area.NOTICES,
    "hours": Area.KIOSKS,
    "alerts": Area.ALERTS,
    "on_call": Area.ALERTS,
    "fleet": Area.KIOSKS,
    "remote_acts": Area.KIOSKS,
    "rollouts": Area.KIOSKS,
    "service_requests": Area.SERVICE,
    "outbox": Area.RESIDENTS,
    "standard_answers": Area.SERVICE,
    "training": Area.SERVICE,
}
_OF_MODEL = {
    "on_call.personaddress": Area.COMPANY,
    "on_call.turn": Area.COMPANY,
    "on_call.outsideping": Area.COMPANY,
    "estate.resident": Area.RESIDENTS,
    "estate.contact": Area.RESIDENTS,
    "estate.occupancy": Area.RESIDENTS,
    "estate.vehicle": Area.RESIDENTS,
    "billing_runs.billingterms": Area.FEES,
    "billing.meter": Area.METERS,
    "billing.meterreading": Area.METERS,
    "billing.readingphoto": Area.METERS,
    "billing.formermeterunit": Area.METERS,
    "billing.bill": Area.BILLS,
    "billing.billline": Area.BILLS,
    "billing.billwaiver": Area.BILLS,
    "billing.billreplacement": Area.BILLS,
    "billing.packagesale": Area.BILLS,
    "billing.packagemonth": Area.BILLS,
    "billing.instalmentagreement": Area.BILLS,
    "billing.closedperiod": Area.BILLS,
    "billing.creditmove": Area.BILLS,
    "billing.creditagreement": Area.BILLS,
    "billing.billlease": Area.BILLS,
    "billing.billdebtor": Area.BILLS,
    "billing.papernote": Area.BILLS,
    "billing.allocation": Area.BILLS,
    "billing.billsigningkey": Area.BILLS,
    "payments.unmatchednotification": Area.COMPANY,
    "remote_acts.actkey": Area.COMPANY,
    "fleet.pairingwish": Area.COMPANY,
    "staff.act": Area.LOG,
    "staff.roleassignment": Area.PEOPLE,
    "staff.limit": Area.PEOPLE,
    "staff.limituse": Area.PEOPLE,
    "staff.request": Area.REQUESTS,
}


def area_of(label: str) -> Area:
    """The area of a model (``app.model``, small letters); COMPANY for what nobody placed."""
    return _OF_MODEL.get(label) or _OF_APP.get(label.partition(".")[0], Area.COMPANY)
