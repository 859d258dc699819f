"""Lead someone through a practice, one step a reply.

Flow: `dialogue.graph` -> here -> the check.  Where the walk stands is read from the
conversation (`dialogue.history`), so it survives restarts and travels between servers.
"""

from dataclasses import replace

from coach.dialogue.draft import Draft, Turn
from coach.dialogue.history import spoken
from coach.dialogue.phrasing import Phrasing, Voice
from coach.dialogue.understood import Act
from coach.library import Corpus
from coach.schema import Citation, Practice, PracticePosition

__all__ = ["Walkthrough", "source_of"]


class Walkthrough:
    """Writes the replies of a practice that is being led."""

    def __init__(self, corpus: Corpus, voice: Voice) -> None:
        self._corpus = corpus
        self._words = voice.walkthrough
        self._options = tuple(self._words.options.values())
        self._after = voice.options["smalltalk"]

    def begin(self, practice: Practice, phrasing: Phrasing) -> Draft:
        """Return the first step, after a word on what is coming."""
        opening = phrasing.choose(
            self._words.begin,
            practice=spoken(practice),
            steps=len(practice.steps),
            minutes=practice.minutes,
        )
        first = self._step(practice, 1, opening, phrasing)
        return replace(first, citations=(source_of(practice),))

    def go_on(self, turn: Turn, phrasing: Phrasing, heard: str = "") -> Draft:
        """Return what the person's word (next, repeat, slower, skip, back, stop) leads to.

        Anything else they say is an answer to the step: it is heard, and the next step comes.

        Args:
            turn: What was said, and where the walk stands.
            phrasing: Chooses the words.
            heard: What is said to an answer that tells much; empty leaves it to the file.
        """
        position = turn.history.walk
        practice = self._corpus.practice(position.id) if position else None
        if position is None or practice is None:
            raise ValueError("no walk-through is going on")  # the graph routes only those here
        act = turn.understood.act
        if act is Act.STOP:
            return self._end(phrasing.choose(self._words.stop))
        if act is Act.BACK:
            words = phrasing.choose(self._words.previous)
            return self._step(practice, max(1, position.step - 1), words, phrasing)
        if act is Act.REPEAT or act is Act.SLOWER:
            lead = self._words.repeat if act is Act.REPEAT else self._words.slower
            again = phrasing.choose(lead)
            return self._step(practice, position.step, again, phrasing, slower=act is Act.SLOWER)
        if position.step == position.steps:
            return self._done(practice, phrasing)
        lead_in = None
        if act is Act.SKIP:
            lead_in = phrasing.choose(self._words.skip)
        elif not act.steers_walk:
            lead_in = heard or phrasing.choose(self._words.heard)
        return self._step(practice, position.step + 1, lead_in, phrasing)

    def resume(self, position: PracticePosition, phrasing: Phrasing) -> Draft:
        """Take up a practice at the step where it was left."""
        practice = self._corpus.practice(position.id)
        if practice is None:
            raise ValueError("no such practice")  # its step was read from the corpus
        words = phrasing.choose(self._words.resume, step=position.step, practice=spoken(practice))
        return self._step(practice, position.step, words, phrasing)

    def back(self, position: PracticePosition, phrasing: Phrasing) -> str:
        """Return the way back to the step after a question in between."""
        return phrasing.choose(self._words.back, step=position.step)

    def _step(
        self,
        practice: Practice,
        number: int,
        lead_in: str | None,
        phrasing: Phrasing,
        *,
        slower: bool = False,
    ) -> Draft:
        step = practice.steps[number - 1]
        label = phrasing.choose(self._words.step, step=number, steps=len(practice.steps))
        after = []
        seconds = step.pause * (2 if slower else 1)
        if seconds:
            after.append(phrasing.choose(self._words.pause, seconds=seconds))
        if step.question:
            after.append(step.question)
        else:
            last = number == len(practice.steps)
            hints = self._words.last_hint if last else self._words.continue_hint
            after.append(phrasing.choose(hints))
        body = f"{label} {step.say}"
        return Draft(
            kind="practice",
            paragraphs=[part for part in (lead_in, body, " ".join(after)) if part],
            practice=PracticePosition(
                id=practice.id, step=number, steps=len(practice.steps), pause=seconds or None
            ),
            options=self._options,
        )

    def _done(self, practice: Practice, phrasing: Phrasing) -> Draft:
        """Return the word after the last step: one thing for daily life, and how it was."""
        step = phrasing.fresh(practice.small_steps)
        onward = phrasing.fresh(self._words.small_step, step=step) if step else ""
        paragraphs = [onward, phrasing.choose(self._words.done)]
        return Draft("practice", [p for p in paragraphs if p], options=self._after)

    def _end(self, words: str) -> Draft:
        return Draft(kind="practice", paragraphs=[words], options=self._after)


def source_of(practice: Practice) -> Citation:
    """Return where the steps of a practice are taken from."""
    return Citation(
        n=1,
        article=practice.id,
        title=practice.title,
        section="",
        topics=practice.topics,
        quote=practice.steps[0].say,
    )
