"""The billing runs' name in Django, and the jobs that they have done in the background."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class BillingRunsConfig(AppConfig):
    name = "server.billing_runs"
    verbose_name = _("Billing runs")

    def ready(self) -> None:
        from server.billing import issuing
        from server.billing_runs import background, papers, previews, runs, schedules
        from server.jobs import handlers

        handlers.register(
            background.KIND,
            handlers.Handler(_("Making bills"), background.work, background.address),
        )
        handlers.register(
            previews.KIND,
            handlers.Handler(_("Reckoning a preview"), previews.work, previews.address),
        )
        handlers.register(
            papers.KIND,
            handlers.Handler(_("Printing bills"), papers.work, background.address),
        )
        handlers.register(
            schedules.KIND,
            handlers.Handler(_("Reckoning a month"), schedules.work, schedules.address),
        )
        handlers.every_minute(schedules.look)
        issuing.under_way_says(runs.is_under_way)
