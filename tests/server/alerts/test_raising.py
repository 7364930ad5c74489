"""What an alert says: both languages, kept with it."""

import pytest
from django.utils import translation

from server.alerts.models import Alert
from server.alerts.raising import TEXTS, raise_alert
from server.language import both
from tests.server.village import NOW, create_village


@pytest.mark.parametrize("kind", TEXTS)
def test_each_text_fits_its_columns(kind: str):
    text = both(TEXTS[kind])
    for language, said in (("zh", text.zh), ("en", text.en)):
        column = Alert._meta.get_field(f"text_{language}")
        assert 0 < len(said) <= (column.max_length or 0)


@pytest.mark.django_db
def test_an_alert_keeps_both_languages_whatever_is_spoken_when_it_is_raised():
    village = create_village()
    with translation.override("en"):
        raise_alert(village.pk, "journal_gap", "K01", NOW, kiosk_code="K01")
    alert = Alert.objects.get()
    assert alert.text == both(TEXTS["journal_gap"])
    assert (alert.text.zh, alert.text.en) == (
        "终端日志缺少前面的条目",
        "Entries are missing from a kiosk's journal",
    )
