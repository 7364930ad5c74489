"""The faces on the paid screen, from the session alone."""

from dataclasses import replace

from kiosk.ui.gallery.empty_lobby_scenes import lobby_without_server
from kiosk.ui.gallery.scenes import paid, scenes
from kiosk.ui.screens.paid import present


def test_who_paid_is_asked_how_it_was_and_thanked_once():
    asked = present(paid())
    assert [words for *_, words in asked.faces] == ["满意", "一般", "不满意"]
    assert (
        [value for value, *_ in asked.faces] == ["3", "2", "1"] and asked.asked and not asked.voted
    )
    thanked = present(scenes()["paid-voted"])
    assert not thanked.asked and thanked.voted == "谢谢您的评价"
    assert "求助" in present(scenes()["paid-voted-bad"]).voted
    nobody = present(replace(scenes()["paid-voted-bad"], lobby=lobby_without_server()))
    assert nobody.voted == "谢谢您的评价"


def test_nobody_is_asked_about_a_payment_that_is_only_looked_at():
    view = present(scenes()["paid-looked-at"])
    assert not view.asked and not view.voted
