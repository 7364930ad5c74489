"""The onboarding app's name in Django, and the jobs that it has done in the background."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class OnboardingConfig(AppConfig):
    name = "server.onboarding"
    verbose_name = _("Onboarding")

    def ready(self) -> None:
        from server.jobs.handlers import Handler, register
        from server.onboarding import file_jobs as jobs

        of_file = (jobs.address, jobs.may_import)
        register(jobs.CHECK, Handler(_("Checking an Excel file"), jobs.check, *of_file))
        register(jobs.IMPORT, Handler(_("Importing an Excel file"), jobs.bring_in, *of_file))
