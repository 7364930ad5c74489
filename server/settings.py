"""Django's settings, made from the configuration file. Never holds a secret, never writes a file."""

import os
from datetime import timedelta
from pathlib import Path

from django.conf.locale import LANG_INFO
from django.templatetags.static import static
from django.urls import reverse_lazy
from django.utils.translation import gettext_lazy as _

from server import configuration

LOBBYPAY = configuration.load()
DATA_FOLDER: Path = LOBBYPAY.server.data_folder
PUBLIC_URL = LOBBYPAY.server.public_url

SECRET_KEY = configuration.read_secret_key(DATA_FOLDER)
DEBUG = False
ALLOWED_HOSTS = LOBBYPAY.server.allowed_hosts
DATABASES = {"default": configuration.django_database(LOBBYPAY, os.environ)}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

INSTALLED_APPS = [
    "unfold",
    "django.contrib.admin",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.humanize",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "axes",
    "django_otp",
    "django_otp.plugins.otp_totp",
    "django_otp.plugins.otp_static",
    "csp",
    "ninja",
    "server.estate",
    "server.staff",
    "server.ledger",
    "server.alerts",
    "server.gateways",
    "server.outbox",
    "server.billing",
    "server.notices",
    "server.hours",
    "server.payments",
    "server.fleet",
    "django_tasks",
    "django_tasks_db",
    "server.jobs",
    "server.remote_acts",
    "server.rollouts",
    "server.standard_answers",
    "server.service_requests",
    "server.billing_runs",
    "server.open_questions",
    "server.workplace",
    "server.onboarding",
    "server.unit_page",
    "server.counter",
    "server.payment_page",
    "server.phone",
    "server.moves",
    "server.tariffs",
    "server.remote_meters",
    "server.on_call",
    "server.hours_page",
    "server.notices_page",
    "server.satisfaction",
    "server.training",
    "server.public_accounts",
    "server.bill_mail",
    "server.resident_messages",
    "server.api",
    "server.retention",
    "server.monitoring",
]

MIDDLEWARE = [
    "server.request_id.RequestId",
    "server.tracing.Traced",
    "server.monitoring.counting.Counted",
    "server.client_gone.ClientGone",
    "django.middleware.security.SecurityMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "server.request_text.KeepableAddress",
    "server.kiosk_calls.KioskCalls",
    "server.staff.policy.Policy",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "server.language.ChosenLanguage",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django_otp.middleware.OTPMiddleware",
    "server.staff.sign_in.Door",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "axes.middleware.AxesMiddleware",
]

TEMPLATES = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [Path(__file__).parent / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.request",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
            ],
            "libraries": {"language": "server.language"},
        },
    },
]

ROOT_URLCONF = "server.urls"
WSGI_APPLICATION = "server.wsgi.application"

LANGUAGE_CODE = "zh-hans"
LOCALE_PATHS = [Path(__file__).parent / "locale"]
LANGUAGES = [(code, LANG_INFO[code]["name_local"]) for code in (LANGUAGE_CODE, "en")]
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
STATICFILES_DIRS = [Path(__file__).parent / "static"]
WHITENOISE_USE_FINDERS = True  # served from the packages: nothing to collect, nothing to forget
WHITENOISE_MAX_AGE = 3600

LOGIN_URL = "/staff/login/"
LOGIN_REDIRECT_URL = "/staff/"
LOGOUT_REDIRECT_URL = "/staff/login/"
AUTHENTICATION_BACKENDS = [
    "axes.backends.AxesStandaloneBackend",  # first: it refuses before a password is looked at
    "server.staff.scope.RoleBackend",
]
AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = timedelta(minutes=15)
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_CLIENT_IP_CALLABLE = "server.staff.sign_in.address_of"
AXES_LOCKOUT_CALLABLE = "server.staff.pages.locked_out"
AXES_RESET_ON_SUCCESS = True
AXES_RESET_COOL_OFF_ON_FAILURE_DURING_LOCKOUT = False  # or who goes on trying fills its table
AXES_DISABLE_ACCESS_LOG = True  # ``server.staff.models.SignIn`` says the same
AXES_ENABLE_ADMIN = AXES_VERBOSE = False
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]

PASSWORD_RESET_TIMEOUT = 3600  # a link by mail is good for an hour
globals().update(configuration.django_mail(LOBBYPAY, os.environ))
SMS_SECRET = os.environ.get(configuration.SMS_SECRET_VARIABLE, "")
CALLS_SECRET = os.environ.get(configuration.CALLS_SECRET_VARIABLE, "")

SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SESSION_COOKIE_HTTPONLY = True
# A walk through a large building: some fields and a photo for each of its meters.
DATA_UPLOAD_MAX_NUMBER_FIELDS, DATA_UPLOAD_MAX_NUMBER_FILES = 4_000, 600
CSRF_TRUSTED_ORIGINS = [PUBLIC_URL]
CONTENT_SECURITY_POLICY = {
    "DIRECTIVES": {
        "default-src": ["'self'"],
        "script-src": ["'self'"],
        "style-src": ["'self'", "'unsafe-inline'"],
        "img-src": ["'self'", "data:"],
        "object-src": ["'none'"],
        "base-uri": ["'self'"],
        "form-action": ["'self'"],
        "frame-ancestors": ["'none'"],
    }
}
if PUBLIC_URL.startswith("https://"):
    SECURE_HSTS_SECONDS = 365 * 24 * 3600
    SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = True
if LOBBYPAY.server.behind_https_proxy:
    SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")

# Jobs are kept in the database itself; another backend of the library needs no other code.
TASKS = {"default": {"BACKEND": "django_tasks_db.DatabaseBackend"}}

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "line": {"format": "%(asctime)s %(levelname)s %(request_id)s %(name)s %(message)s"}
    },
    "filters": {
        "missing_glyphs": {"()": "server.billing.missing_glyphs.MissingGlyphs"},
        "named": {"()": "server.request_id.Named"},
    },
    "handlers": {
        "stderr": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["named"]}
    },
    "root": {"handlers": ["stderr"], "level": "INFO"},
    "loggers": {
        "django.request": {"level": "ERROR"},  # its warnings name paths, which hold payment ids
        "apprise": {"level": "CRITICAL", "propagate": False},  # its lines name secret addresses
        "fontTools": {"level": "WARNING"},
        "urllib3": {"level": "ERROR"},  # its warnings name addresses too, some with a secret
        "weasyprint": {"level": "WARNING", "filters": ["missing_glyphs"]},
    },
}

UNFOLD = {
    "SITE_TITLE": "LobbyPay",
    "SITE_HEADER": _("LobbyPay: property fees"),
    "SITE_SYMBOL": "apartment",
    "SITE_URL": "/staff/",
    "SHOW_HISTORY": True,
    "SHOW_LANGUAGES": True,
    "BORDER_RADIUS": "10px",
    "STYLES": [lambda request: static("staff/back_office.css")],
    "COLORS": {
        "primary": {
            "50": "#F0F8F7",
            "100": "#E1F0EE",
            "200": "#BCDDD9",
            "300": "#8CC4BE",
            "400": "#4FA199",
            "500": "#1F8279",
            "600": "#075E59",
            "700": "#065350",
            "800": "#054240",
            "900": "#043331",
            "950": "#02201F",
        },
    },
    "SIDEBAR": {
        "show_search": True,
        "navigation": [
            {
                "title": _("Daily"),
                "items": [
                    {"title": _("Start"), "icon": "home", "link": "/staff/"},
                    {"title": _("Kiosks"), "icon": "tv", "link": "/staff/fleet/"},
                    {
                        "title": _("Open questions"),
                        "icon": "contact_support",
                        "link": "/staff/open-questions/",
                    },
                    {
                        "title": _("Bills"),
                        "icon": "receipt_long",
                        "link": reverse_lazy("admin:billing_bill_changelist"),
                    },
                    {
                        "title": _("Notices"),
                        "icon": "campaign",
                        "link": "/staff/notices/",
                    },
                    {
                        "title": _("Everything"),
                        "icon": "apps",
                        "link": reverse_lazy("admin:index"),
                    },
                ],
            },
        ],
    },
}
