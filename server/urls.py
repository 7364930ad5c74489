"""Which address leads where. Never holds a view itself."""

from django.contrib import admin
from django.urls import include, path
from django.views.generic import RedirectView

urlpatterns = [
    path("api/", include("server.api.urls")),  # first: most requests are a kiosk's
    path("", RedirectView.as_view(url="/staff/")),
    path("admin/login/", RedirectView.as_view(url="/staff/login/", query_string=True)),
    path("admin/password_change/", RedirectView.as_view(url="/staff/password/")),
    path("admin/", admin.site.urls),
    path("i18n/", include("django.conf.urls.i18n")),
    path("staff/", include("server.workplace.urls")),
    path("staff/", include("server.staff.urls")),
    path("staff/", include("server.fleet.urls")),
    path("staff/fleet/", include("server.remote_acts.urls")),
    path("staff/fleet/", include("server.rollouts.urls")),
    path("staff/service/", include("server.service_requests.urls")),
    path("staff/notices/", include("server.notices_page.urls")),
    path("staff/answers/", include("server.standard_answers.urls")),
    path("staff/training/", include("server.training.urls")),
    path("staff/open-questions/", include("server.open_questions.urls")),
    path("staff/units/", include("server.unit_page.urls")),
    path("staff/", include("server.counter.urls")),
    path("staff/payments/", include("server.payment_page.urls")),
    path("staff/", include("server.moves.urls")),
    path("staff/", include("server.hours_page.urls")),
    path("staff/", include("server.satisfaction.urls")),
    path("staff/prices/", include("server.tariffs.urls")),
    path("staff/onboarding/", include("server.onboarding.urls")),
    path("staff/billing/", include("server.billing_runs.urls")),
    path("staff/billing/", include("server.bill_mail.urls")),
    path("staff/jobs/", include("server.jobs.urls")),
    path("staff/messages/", include("server.resident_messages.urls")),
    path("staff/alerts/", include("server.on_call.urls")),
    path("meters/", include("server.remote_meters.urls")),
    path("", include("server.monitoring.urls")),
    path("", include("server.public_accounts.urls")),
    path("", include("server.phone.urls")),
    path("", include("server.payments.urls")),
]
