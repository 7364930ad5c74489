"""Which address leads where in this app: pages of staff, and the page of everybody."""

from django.urls import URLPattern, URLResolver, path

from server.public_accounts import staff_views, views

urlpatterns: list[URLPattern | URLResolver] = [
    path("staff/public-accounts/", staff_views.accounts, name="accounts_to_publish"),
    path("staff/public-accounts/empty.xlsx", staff_views.excel, name="public_accounts_excel"),
    path("staff/public-accounts/<int:pk>/", staff_views.account, name="public_account"),
    path("c/<slug:code>/", views.accounts_page, name="public_accounts"),
    path("c/<slug:code>/<int:pk>.pdf", views.paper, name="public_accounts_paper"),
]
