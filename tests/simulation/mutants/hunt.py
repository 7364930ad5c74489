"""Plants each bug in a process of its own and runs seeds of its theme until one fails."""

import inspect
import itertools
import json
import multiprocessing
from pathlib import Path
from statistics import mean

from tests.simulation import themes

BUGS = ("kiosk_bugs", "server_bugs", "phone_bugs", "office_bugs")

# The theme whose runs go through a bug's code.
THEMES = {
    "kiosk_bugs": themes.CARD,
    "server_bugs": themes.SCREEN,
    "phone_bugs": themes.PHONE,
    "office_bugs": themes.OFFICE,
}
OTHER_THEMES = {
    "kiosk_bugs.entries_are_acknowledged_unsent": themes.LINE,
    "kiosk_bugs.a_cancelled_order_is_believed_unpaid": themes.SCREEN,
    "kiosk_bugs.a_retry_gets_a_new_payment_id": themes.LINE,
    "server_bugs.nobody_sweeps": themes.LINE,
    "server_bugs.every_refund_try_has_a_new_number": themes.PHONE,
    "server_bugs.refunds_are_forgotten": themes.PHONE,
    "server_bugs.late_money_is_dropped": themes.PHONE,
    "server_bugs.a_receipt_entry_hides_the_next_payment": themes.CARD,
    "office_bugs.a01_what_was_approved_is_offered_before_the_server_knows": themes.BACKLOG,
    "office_bugs.a02_an_end_that_was_accepted_is_booked_as_paid": themes.SLOW_CHANNEL,
    "office_bugs.a03_refunds_are_sent_after_people_returned_the_money": themes.RETURNS,
    "office_bugs.a04_one_entry_blocks_its_journal": themes.POISON,
    "office_bugs.a05_credit_hangs_on_the_code_of_a_unit": themes.RETURNS,
    "office_bugs.a09_money_of_an_order_that_is_not_known_is_dropped": themes.BACKUP,
    "office_bugs.a12_a_part_that_went_back_is_taken_for_all": themes.CONSOLE,
    "office_bugs.a13_simulated_devices_take_cards_in_a_real_community": themes.BACKLOG,
    "office_bugs.a15_trouble_of_the_database_is_told_as_an_unknown_key": themes.LINE,
    "office_bugs.a16_refunds_are_not_claimed": themes.RETURNS,
    "office_bugs.a17_money_returned_in_the_console_is_never_seen": themes.CONSOLE,
    "office_bugs.what_a_restored_server_lacks_is_sent_with_the_next_entry_only": themes.BACKUP,
}


# What a bug says that was planted in code which has changed since: no invariant caught it.
_DOES_NOT_FIT = ("TypeError", "AttributeError", "NameError")


def names() -> list[str]:
    """``module.function`` of every planted bug. They can be imported once Django is set up."""
    found = []
    for module in BUGS:
        source = Path(__file__).with_name(f"{module}.py").read_text()
        found += [
            f"{module}.{line[4:].partition('(')[0]}"
            for line in source.splitlines()
            if line.startswith("def ")
        ]
    return found


def seeds_to_catch(task: tuple[str, int, bytes]) -> tuple[str, int, str]:
    """The number of seeds until the bug was caught and by what; 0 when it got away."""
    name, seeds_max, first_state = task
    import importlib

    from tests.simulation import campaign

    campaign.prepare(first_state)
    from tests.simulation.run import run

    module, _, function = name.partition(".")
    plant = getattr(importlib.import_module(f"tests.simulation.mutants.{module}"), function)
    assert inspect.isfunction(plant)
    plant()
    theme = OTHER_THEMES.get(name) or THEMES[module]
    for number, seed in enumerate(itertools.islice(themes.seeds_of(theme), seeds_max), 1):
        problems = run(seed, first_state).problems
        if any(error in problem for problem in problems for error in _DOES_NOT_FIT):
            return name, 0, f"does not fit the code any more: {problems[0]}"
        if problems:
            return name, number, problems[0][:160]
    return name, 0, ""


def hunt(seeds_max: int, jobs: int, report: Path | None, only: str = "") -> int:
    """1 when a bug got away. ``only``: some names, separated by commas; all without."""
    from tests.simulation import estate

    first_state = estate.set_up()
    wanted = [name for name in names() if not only or name in only.split(",")]
    with multiprocessing.get_context("spawn").Pool(jobs, maxtasksperchild=1) as pool:
        tasks = [(name, seeds_max, first_state) for name in wanted]
        found = []
        for name, number, what in pool.imap_unordered(seeds_to_catch, tasks, chunksize=1):
            print(f"{number or 'got away':>8}  {name}: {what}", flush=True)
            found.append((name, number, what))
    caught = [number for _, number, _ in found if number]
    got_away = [name for name, number, _ in found if not number]
    result = {
        "planted": len(found),
        "caught": len(caught),
        "got_away": got_away,
        "seeds": {name: number for name, number, _ in sorted(found)},
        "mean_seeds": round(mean(caught), 1) if caught else None,
    }
    print(json.dumps(result))
    if report:
        report.write_text(json.dumps(result, indent=1) + "\n")
    return 1 if got_away else 0
