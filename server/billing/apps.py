"""The billing app's name in Django."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _

from server.billing import immutability
from server.ledger import guards


class BillingConfig(AppConfig):
    name = "server.billing"
    verbose_name = _("Billing")

    def ready(self) -> None:
        from server.billing import (
            approval,
            closing,
            credit_approval,
            row_approval,
            waiver_approval,
            waiving_ahead,
        )
        from server.billing.instalments import approval as instalments
        from server.billing.packages import returning
        from server.staff.approvals import KINDS

        guards.keep(self, immutability.GUARDS)
        KINDS[approval.CODE] = approval.VOID
        KINDS[approval.REISSUE_CODE] = approval.REISSUE
        KINDS[waiver_approval.CODE] = waiver_approval.WAIVE
        KINDS[waiver_approval.BACK_CODE] = waiver_approval.TAKE_BACK
        KINDS[closing.CODE] = closing.REOPEN
        KINDS[credit_approval.CODE] = credit_approval.PAY_OUT
        KINDS.update(row_approval.KINDS)
        KINDS[returning.CODE] = returning.BACK
        KINDS[instalments.CODE] = instalments.KIND
        KINDS[waiving_ahead.CODE] = waiving_ahead.WAIVE
        KINDS[waiving_ahead.BACK_CODE] = waiving_ahead.TAKE_BACK
