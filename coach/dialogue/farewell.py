"""Say goodbye to somebody by what they told: their name, the hour, what they mean to do next.

Flow: a goodbye from `dialogue.composer` -> the words of `corpus/voice.yaml` -> here -> the check.
"""

from coach.dialogue.history import History
from coach.dialogue.phrasing import FarewellWords, Phrasing
from coach.dialogue.told import planned, says_thanks, speaks_of_the_night

__all__ = ["farewell", "wish"]

STILL_AHEAD = 6
"""Messages in which a plan, or something ahead, is still what the talk was about."""


def farewell(
    words: FarewellWords, history: History, phrasing: Phrasing, *, watched: bool, wished: bool
) -> str:
    """Return a goodbye.

    Args:
        words: What a goodbye is made of.
        history: What was told.
        phrasing: Chooses words that were not said yet.
        watched: There is, or was lately, a danger; then nothing is wished.
        wished: They may be wished well for what they mean to do.
    """
    told = history.told
    night = any(map(speaks_of_the_night, history.theirs[-2:]))
    name = f", {told.name}" if told.name else ""
    parts = [
        phrasing.fresh(words.thanked) if says_thanks(history.latest) else "",
        phrasing.choose(words.night if night else words.day, name=name),
        phrasing.choose(words.watched)
        if watched
        else wish(words, history, phrasing, of_plans=wished),
    ]
    return " ".join(filter(None, parts))


def wish(
    words: FarewellWords, history: History, phrasing: Phrasing, *, of_plans: bool = True
) -> str:
    """Return a wish for what lies ahead: for whom they turn to, for an event, or for the hours."""
    oldest = len(history.theirs) - STILL_AHEAD
    plan, events = planned(history.theirs), history.told.events
    if of_plans and plan and plan.turn >= oldest:
        lines = words.with_somebody if plan.words else words.plan
        return phrasing.fresh(lines, person=plan.words)
    if events and events[-1].turn >= oldest:
        return phrasing.fresh(words.event, event=events[-1].words)
    return phrasing.fresh(words.wish)
