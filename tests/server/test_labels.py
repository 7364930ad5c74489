"""What models and their fields are called in the back office: each in the language of the page."""

import pytest
from django.apps import apps
from django.utils.functional import Promise

MODELS = [model for model in apps.get_models() if model.__module__.startswith("server.")]


@pytest.mark.parametrize("model", MODELS, ids=lambda model: model._meta.label)
def test_each_model_field_and_choice_has_a_name_that_is_translated(model):
    names = {"model": model._meta.verbose_name, "models": model._meta.verbose_name_plural}
    names |= {f.name: f.verbose_name for f in model._meta.fields if not f.auto_created}
    for field in model._meta.fields:
        if callable(getattr(field, "_choices", None)) or field.name in DATA:
            continue
        names |= {f"{field.name}={value}": label for value, label in field.flatchoices or ()}
    plain = [name for name, said in names.items() if not isinstance(said, Promise)]
    assert not plain or set(plain) <= {"id"}, plain


DATA = {"currency", "time_zone"}  # codes, with names of the tables that they are taken from
