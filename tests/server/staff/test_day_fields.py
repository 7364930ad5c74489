"""Every day that staff give is given in the browser's own field, in the back office and on the pages."""

import re
from importlib import import_module
from pathlib import Path

import pytest
from django import forms
from django.contrib import admin
from django.test import RequestFactory

from server.billing.periods import PeriodField
from tests.server.staff_accounts import create_staff

SERVER = Path(__file__).parents[3] / "server"


def typed(widget: forms.Widget) -> set[str]:
    widgets = getattr(widget, "widgets", [widget])
    return {getattr(one, "input_type", "") for one in widgets}


@pytest.mark.django_db
def test_in_the_back_office():
    request = RequestFactory().get("/admin/")
    request.user = create_staff("boss")
    seen = set()
    for model, shown in admin.site._registry.items():
        if not model.__module__.startswith("server."):
            continue
        pages = [shown.get_form(request)]
        pages += [i(model, admin.site).get_formset(request).form for i in shown.inlines]
        for form in pages:
            for name, field in form.base_fields.items():
                widget = getattr(field.widget, "widget", field.widget)
                if isinstance(field, forms.SplitDateTimeField | forms.DateTimeField):
                    assert typed(widget) == {"date", "time"}, (model, name)
                elif isinstance(field, forms.DateField):
                    assert typed(widget) == {"date"}, (model, name)
                elif isinstance(form._meta.model._meta._forward_fields_map.get(name), PeriodField):
                    assert typed(widget) == {"month"}, (model, name)
                else:
                    continue
                seen.add((model._meta.model_name, name))
    named = {("tariff", "valid_from"), ("notice", "show_until"), ("kiosk", "off_until")}
    assert named | {("sharedcost", "period"), ("unitweight", "valid_from")} <= seen


def test_in_forms_of_pages():
    for module in SERVER.rglob("*.py"):
        if module.stem.endswith(("forms", "views")):
            import_module(".".join(module.relative_to(SERVER.parent).with_suffix("").parts))
    classes, found = [forms.Form], 0
    while classes:
        form = classes.pop()
        classes += form.__subclasses__()
        if not form.__module__.startswith("server."):
            continue
        for name, field in form.base_fields.items():
            if isinstance(field, forms.DateField):
                assert typed(field.widget) == {"date"}, (form, name)
                found += 1
    assert found >= 8


def test_in_templates():
    """By their names: what is called a day, a date or a month is no line of text."""
    loose = re.compile(
        r'<input(?![^>]*type=")[^>]*name="[^"]*(?:day|date|month|period|since|until)[^"]*"'
    )
    for page in SERVER.rglob("*.html"):
        assert not loose.search(page.read_text()), page
