"""What each screen says, in both languages, and what a loudspeaker keeps to itself."""

from dataclasses import replace
from typing import get_args

import pytest

from contract.messages import Method
from contract.money import Locale
from kiosk.core.model import Access, Screen, Sent
from kiosk.core.patience import PATIENCE_S
from kiosk.ui.gallery import samples
from kiosk.ui.gallery.scenes import paid, paying, scenes, session, with_code
from kiosk.ui.voice_port import Said
from kiosk.voice.planner import of_screen
from kiosk.voice.speaker import Outputs, clip_ids, heard
from kiosk.voice.speaker import of_screen as with_notice
from kiosk.voice.speech import AMOUNT, spoken

LANGUAGES = get_args(Locale)
BY_SPEAKER, BY_HEADSET = Outputs(), Outputs(headset="hw:1")
STAFF = (Screen.STAFF, Screen.STAFF_PIN)


def texts(scene) -> list[str]:
    return [part.text for part in of_screen(scene)]


def plugged(scene):
    return replace(scene, lobby=replace(scene.lobby, headset=True))


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_screen_says_something_first_of_all_what_it_is(language):
    said = {}
    for name, scene in scenes(language).items():
        said[name] = texts(scene)
        if scene.visit.screen not in STAFF:
            assert said[name] and clip_ids(scene, of_screen(scene)), name
        else:
            assert said[name] == []
    assert {scene.visit.screen for scene in scenes(language).values()} == set(Screen)


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_screen_lets_the_loudspeaker_say_an_amount_a_unit_or_a_name(language):
    account = samples.ACCOUNT
    for name, scene in scenes(language).items():
        said = " ".join(p.text for p in heard(scene, of_screen(scene), BY_SPEAKER))
        assert not AMOUNT.search(said), name
        assert account.label.in_language(language) not in said, name
        assert account.payer not in said, name
        typed = "".join(scene.visit.entry.parts)
        if scene.visit.entry.parts and len(typed) > 3:
            assert scene.visit.entry.unit_code not in said, name
        if scene.visit.callback.phone and scene.visit.callback.sent is Sent.NOT_YET:
            assert scene.visit.callback.phone[-4:] not in said, name


def test_the_headset_and_the_site_that_wants_it_say_all():
    scene = session(Screen.BILLS)
    said = of_screen(scene)
    aloud = heard(scene, said, Outputs(all_aloud=True))
    assert heard(plugged(scene), said, BY_HEADSET) == aloud
    assert Said("￥1,319.03", personal=True) in aloud
    assert len(heard(scene, said, BY_HEADSET)) < len(aloud)


def test_who_hears_less_is_told_that_a_headset_says_more_and_only_then():
    notice = "金额、房号和姓名只在耳机里说，请插上耳机。"
    bills = session(Screen.BILLS)
    assert notice in [p.text for p in with_notice(bills, BY_HEADSET)]
    assert notice not in [p.text for p in with_notice(plugged(bills), BY_HEADSET)]
    assert notice not in [p.text for p in with_notice(bills, BY_SPEAKER)]  # there is no jack
    assert notice not in [p.text for p in with_notice(session(Screen.ATTRACT), BY_HEADSET)]


def test_the_bills_by_month_amount_and_lateness_then_the_sum():
    said = texts(scenes()["bills"])
    assert said[:2] == ["应缴 3 笔", "房号 3栋2单元1201"]
    assert said[2:5] == ["2026年9月账单", "￥486.40", "已逾期 40 天，含违约金 ￥4.32"]
    assert said[-3:] == ["已选 2 笔，合计", "￥986.95", "选好账单，再选去付款。"]


def test_elder_mode_says_one_amount():
    scene = session(Screen.BILLS)
    scene = replace(scene, visit=replace(scene.visit, access=Access(elder=True, speaking=True)))
    assert texts(scene)[:3] == ["您要缴", "房号 3栋2单元1201", "您需要支付 ￥1,319.03"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("zh_CN", "微信二维码已显示在屏幕中间，请用手机对准屏幕扫一扫。"),
        (
            "en",
            "The code for WeChat is in the middle of the screen. Please scan it with your phone.",
        ),
    ],
)
def test_a_code_on_the_screen_is_said_to_be_there(language, sentence):
    scene = paying(Method.WECHAT, language=language, **with_code())
    assert sentence in texts(scene)
    gone = paying(Method.WECHAT, language=language, **with_code(), out_of_sight=True)
    assert sentence not in texts(gone)


def test_the_receipt_is_said_in_full():
    said = texts(paid())
    record = paid().visit.payment
    assert said[0] == "缴费成功"
    for needed in (
        "金额 ￥986.95",
        "房号 3栋2单元1201",
        "小票号",
        record.reference,
        "需要小票吗？",
    ):
        assert needed in said
    assert any("微信支付" in text for text in said)


def test_the_figures_of_the_phone_are_never_said():
    for scene in scenes().values():
        if scene.visit.screen is Screen.VERIFY and scene.visit.entry.phone:
            assert not any(scene.visit.entry.phone in text for text in texts(scene))


def test_the_question_whether_somebody_is_there_is_said_alone():
    bills = session(Screen.BILLS)
    late = replace(bills, now=bills.visit.touched + PATIENCE_S[Screen.BILLS] - 3)
    assert texts(late) == ["还在吗？没有操作的话，屏幕将回到首页。按任意键继续。"]


def test_the_start_screen_invites_in_the_other_language_too():
    start = session(Screen.ATTRACT)
    assert Said("For English, choose English.", language="en") in of_screen(start)
    english = session(Screen.ATTRACT, language="en")
    assert Said("要听中文，请选中文。", language="zh_CN") in of_screen(english)


def test_free_text_is_not_guessed_at():
    notice = "周六上午九点，中心广场义诊"
    assert spoken("zh_CN", notice).clips == ()
    assert not spoken("zh_CN", notice).readable
    services = session(Screen.SERVICES)
    said = [part.text for part in heard(services, (Said(notice),), BY_SPEAKER)]
    assert said[0] == notice
    assert said[1].startswith("屏幕上还有不能朗读的文字") and "0571" in said[1]
    nobody = replace(services, lobby=replace(services.lobby, config=None))
    said = [part.text for part in heard(nobody, (Said(notice),), BY_SPEAKER)]
    assert said[1] == "这一段不能朗读，请问物业。"


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("screen", [Screen.ATTRACT, Screen.SERVICES])
def test_that_notices_stand_there_is_said_with_whom_to_call_and_can_be_heard(language, screen):
    scene = session(screen, language=language)
    told = [text for text in texts(scene) if "0571" in text]
    assert any(("公告" if language == "zh_CN" else "notices") in text for text in told)
    assert all(spoken(language, text).readable for text in told)
    config = scene.lobby.config
    assert not any(n.title.in_language(language) in texts(scene) for n in config.notices)
    without = config.model_copy(update={"notices": []})
    quiet = replace(scene, lobby=replace(scene.lobby, config=without))
    assert not any(("不能朗读" if language == "zh_CN" else "aloud") in t for t in texts(quiet))


def test_a_unit_whose_name_has_no_clips_is_said_by_its_code():
    scene = scenes()["bills-twelve"]
    assert f"房号 {scene.visit.account.unit}" in texts(scene)
    assert spoken("zh_CN", scene.visit.account.unit).readable


def test_dates_rooms_and_counts_are_said_as_people_say_them():
    def ids(language, text):
        return list(spoken(language, text).clips)

    assert ids("zh_CN", "2 笔") == ["two", "word.piece_bill"]
    assert ids("zh_CN", "1201") == ["n.1", "n.2", "n.0", "n.1"]
    assert ids("zh_CN", "11月24日") == ["month.11", "day.24"]
    assert ids("zh_CN", "118.60㎡ × 2.80元")[-2:] == ["yuan.2", "jiao.8"]
    assert ids("en", "24 November 2026") == ["n.24", "month.11", "n.20", "n.26"]
    assert ids("en", "K03") == ["letter.K", "n.0", "n.3"]
