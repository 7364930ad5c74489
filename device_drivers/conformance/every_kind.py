"""What holds for every driver, whatever it drives."""

import gc
import re

from device_drivers.conformance.check import (
    Check,
    Subject,
    claim,
    descriptors,
    raises,
    threads,
    wait_until,
    within,
)
from device_drivers.errors import DeviceError
from device_drivers.settings import BadSetting
from device_drivers.status import Level, SelfTesting

HOUR_S = 3600.0
CODE = re.compile(r"[a-z][a-z0-9_]*(\.[a-z0-9_]+)+")
LANGUAGES = ("zh", "en")


def creating_touches_no_device(at: Subject) -> None:
    before = threads(), descriptors()
    driver = at.create(at.bench.nowhere or at.bench.settings)
    claim((threads(), descriptors()) == before, "create() started a thread or opened something")
    at.status(driver)
    claim((threads(), descriptors()) == before, "status() of a closed driver opened something")


def a_mistake_in_the_settings_is_named(at: Subject) -> None:
    mistake = {**at.bench.settings, "no_such_setting": 1}
    problem = raises(BadSetting, lambda: at.create(mistake), "create() with an unknown setting")
    claim("no_such_setting" in str(problem), "the message does not name the key")


def deadlines_are_stated(at: Subject) -> None:
    stated = at.create(at.bench.settings).deadlines
    claim(0 < stated.open_s < HOUR_S and 0 < stated.close_s < HOUR_S, f"{stated}")
    claim(0 <= stated.probe_s < HOUR_S and 0 <= stated.command_s < HOUR_S, f"{stated}")


def nothing_there_is_said_in_time(at: Subject) -> None:
    assert at.bench.nowhere is not None
    driver = at.create(at.bench.nowhere)
    try:
        what = "open() where nothing is"
        raises(DeviceError, lambda: within(driver.deadlines.open_s, driver.open, "open"), what)
        claim(at.probe(driver).level is Level.ERROR, "its status says nothing of it")
    finally:
        within(driver.deadlines.close_s, driver.close, "close")


def closing_ends_everything(at: Subject) -> None:
    with at.opened() as driver:  # caches and imports of the first time are no leak
        at.probe(driver)
    before = threads(), descriptors()
    driver = at.create(at.bench.settings)
    for _ in range(3):
        at.open(driver)
        at.probe(driver)
        within(driver.deadlines.close_s, driver.close, "close")
        within(driver.deadlines.close_s, driver.close, "close again")
    del driver
    gc.collect()
    settled = wait_until(lambda: threads() <= before[0] and descriptors() <= before[1], 5.0)
    now = len(threads()) - len(before[0]), descriptors() - before[1]
    claim(settled, f"left behind: {now[0]} threads, {now[1]} descriptors")


def it_can_be_opened_again(at: Subject) -> None:
    driver = at.create(at.bench.settings)
    try:
        for _ in range(2):
            at.open(driver)
            claim(at.probe(driver).level is not Level.ERROR, "not well after open()")
            within(driver.deadlines.close_s, driver.close, "close")
    finally:
        within(driver.deadlines.close_s, driver.close, "close")


def unplugged_and_plugged_in_again(at: Subject) -> None:
    assert at.bench.unplug and at.bench.plug_in
    with at.opened() as driver:
        at.bench.unplug()
        try:
            at.becomes(driver, Level.ERROR)
        finally:
            at.bench.plug_in()
        at.becomes(driver, Level.OK)


def a_device_that_hangs_holds_up_nobody(at: Subject) -> None:
    assert at.bench.hang and at.bench.go_on
    with at.opened() as driver:
        at.bench.hang()
        try:
            at.becomes(driver, Level.ERROR)
            at.status(driver)
        finally:
            at.bench.go_on()
        at.becomes(driver, Level.OK)


def a_device_that_hangs_can_be_closed(at: Subject) -> None:
    assert at.bench.hang and at.bench.go_on
    driver = at.create(at.bench.settings)
    at.open(driver)
    at.bench.hang()
    try:
        within(driver.deadlines.close_s, driver.close, "close")
    finally:
        at.bench.go_on()


def a_self_test_ends_well(at: Subject) -> None:
    """For drivers that have one; others are only probed."""
    with at.opened() as driver:
        seconds = driver.deadlines.command_s
        if not isinstance(driver, SelfTesting):
            return
        status = within(seconds, driver.self_test, "self_test")
        claim(status.level is not Level.ERROR, f"its self-test says {status}")


def every_condition_is_explained(at: Subject) -> None:
    """Over all that the other checks have seen, so it comes last."""
    conditions = {c.code: c for status in at.seen for c in status.conditions}
    for code, condition in conditions.items():
        claim(CODE.fullmatch(code), f"{code!r} is no code like printer.paper_out")
        claim(condition.level is not Level.OK, f"{code}: a condition of level ok says nothing")
        for texts in (condition.staff, condition.remedy):
            claim(all(texts.get(one) for one in LANGUAGES), f"{code}: a text is missing: {texts}")
    claim(at.seen, "no status was seen")


FIRST = (
    Check("create() touches no device", creating_touches_no_device),
    Check("a mistake in the settings is named", a_mistake_in_the_settings_is_named),
    Check("deadlines are stated", deadlines_are_stated),
    Check("nothing there is said in time", nothing_there_is_said_in_time, ("nowhere",)),
    Check("a self-test ends well", a_self_test_ends_well),
    Check("it can be opened again", it_can_be_opened_again),
    Check("closing ends threads and descriptors, twice too", closing_ends_everything),
)
FAULTS = (
    Check("unplugged and plugged in again", unplugged_and_plugged_in_again, ("unplug", "plug_in")),
    Check("a device that hangs holds up nobody", a_device_that_hangs_holds_up_nobody, ("hang",)),
    Check("a device that hangs can be closed", a_device_that_hangs_can_be_closed, ("hang",)),
)
LAST = (Check("every condition is explained, zh and en", every_condition_is_explained),)
