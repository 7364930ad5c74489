"""What one kind of run is about: its faults, and how its residents pay."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Theme:
    """``faults``: those that most of its runs have. ``by_phone``: how many residents hold their phone to
    the scanner; ``by_card``: of the others, how many choose the card. ``homes``: how many residents come
    from; few of them meet at one bill."""

    name: str
    faults: frozenset[str]
    by_phone: float
    by_card: float
    homes: int = 6
    impatient: bool = False  # residents give up a code on the screen, and pay it all the same
    patient: bool = False  # or they wait for their phone however long it takes
    by_channel: bool = False  # nobody takes the card where a channel is offered
    credits: float = 0.3  # how likely the community keeps late money as credit
    saved_before: bool = False  # there is a backup of the server from before the run
    copy_minutes: float | None = (
        None  # the kiosks' copy of the bills serves no longer: a day in truth
    )
    between_visits_s: tuple[float, float] = (2.0, 30.0)
