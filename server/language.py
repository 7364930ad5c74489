"""Which language a page speaks: staff pages Chinese until somebody chooses, public ones as the phone."""

from django.conf import settings
from django.http import HttpRequest
from django.middleware.locale import LocaleMiddleware
from django.utils import translation

STAFF_PATHS = ("/staff/", "/admin/")


class ChosenLanguage(LocaleMiddleware):
    def process_request(self, request: HttpRequest) -> None:
        chosen = settings.LANGUAGE_COOKIE_NAME in request.COOKIES
        if request.path.startswith(STAFF_PATHS) and not chosen:
            translation.activate(settings.LANGUAGE_CODE)
            request.LANGUAGE_CODE = translation.get_language()
            return
        super().process_request(request)
