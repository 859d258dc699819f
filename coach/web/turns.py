"""One turn of the talk: from what a person said to what the page shows.

Flow: the box, an option or a way to begin -> here -> the coach -> the page.
The talk travels with every turn and returns to the browser; nothing stays here.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import BaseModel, ConfigDict, ValidationError

from coach.errors import CrowdedError, InputError, MessageTooLongError
from coach.schema import Message, Reply, Resource
from coach.settings import Settings
from coach.web.contracts import Coach, Library
from coach.web.crowd import Crowd, is_urgent
from coach.web.languages import ENGLISH, number_in_figures
from coach.web.reply_view import reply_html, said_html
from coach.web.wording import load_strings

__all__ = ["Exchange", "Shown", "Talk", "Turns"]

_LOG = logging.getLogger(__name__)

ShownMessage = dict[str, Any]
"""A message as the chat component takes it: role, content, and options."""


class Exchange(BaseModel):
    """What a person said, and the reply; None where it was stopped before its first word."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    said: str
    reply: Reply | None = None


class Talk(BaseModel):
    """The conversation as the browser holds it: the only copy there is."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    exchanges: tuple[Exchange, ...] = ()

    @classmethod
    def from_browser(cls, held: object, language: str = ENGLISH) -> "Talk":
        """Return the talk that the browser sent.

        Raises:
            InputError: It is not one that this page made.
        """
        if not held:
            return cls()
        try:
            return cls.model_validate_json(held if isinstance(held, str) else b"")
        except ValidationError:
            raise InputError(load_strings(language).error_unexpected) from None

    def for_browser(self) -> str:
        """Return what the browser is to hold, as JSON; empty for an empty talk."""
        if not self.exchanges:
            return ""
        return self.model_dump_json(
            exclude={"exchanges": {"__all__": {"reply": {"timings_ms"}}}}, exclude_defaults=True
        )

    @property
    def messages(self) -> tuple[Message, ...]:
        """What was said by both, in order."""
        said = [
            (("user", exchange.said), ("assistant", exchange.reply.text))
            if exchange.reply
            else (("user", exchange.said),)
            for exchange in self.exchanges
        ]
        return tuple(Message(role=role, content=text) for pair in said for role, text in pair)

    @property
    def resources(self) -> tuple[Resource, ...]:
        """Where to turn, the latest first; stays once a reply has shown it."""
        replies = [exchange.reply for exchange in reversed(self.exchanges) if exchange.reply]
        return tuple(dict.fromkeys(one for reply in replies for one in reply.resources))


@dataclass(frozen=True)
class Shown:
    """What the page shows at one moment of a turn."""

    talk: Talk
    chat: tuple[ShownMessage, ...] = ()
    """The whole talk as the chat component takes it."""
    problem: str = ""
    box: str | None = None
    """What the box holds; None leaves it alone."""
    running: bool = field(default=True, kw_only=True)


@dataclass(frozen=True)
class Turns:
    """Takes turns with the coach; holds nothing of any talk."""

    coach: Coach
    library: Library
    settings: Settings
    crowd: Crowd = field(default_factory=lambda: Crowd(1_000, 0))

    def resume(self, held: object, language: str = ENGLISH) -> Shown:
        """Return what to show of a talk that the browser has kept, or has cut short."""
        try:
            talk = Talk.from_browser(held)
        except InputError:
            return Shown(Talk(), problem=load_strings(language).tools.talk_unread, running=False)
        return Shown(talk, self._chat(talk, language), running=False)

    def take(
        self, said: str, held: object, region: str | None, language: str = ENGLISH
    ) -> Iterator[Shown]:
        """Yield what to show while the coach answers; the last one is the end of the turn.

        Whatever goes wrong, the last one puts what was said back into the box and
        names the problem in one line.

        Args:
            said: What the person wrote or chose.
            held: The talk as the browser sent it.
            region: The country whose helplines fit, if known.
            language: The one in which the page speaks; the coach speaks English.
        """
        strings = load_strings(language)
        before = Shown(Talk(), running=False)
        try:
            before = replace(before, talk=Talk.from_browser(held, language))
            before = replace(before, chat=self._chat(before.talk, language))
            if not said.strip():
                yield replace(before, problem=strings.error_nothing_written)
                return
            # Half of a surrogate pair, as a browser may send it, is no text to keep.
            said = said.encode(errors="replace").decode()
            asked = _with(before.talk, Exchange(said=said))
            if len(asked.messages) > self.settings.max_messages:
                raise InputError(strings.error_too_long_a_talk)
            earlier = _past(before.chat)
            bubble = _said(said)
            yield Shown(asked, (*earlier, bubble), box="")
            last: Shown | None = None
            with self.crowd.join(lambda: is_urgent(asked.messages)) as place:
                for number in place.numbers():
                    waiting = strings.service.waiting.format(place=number)
                    yield Shown(asked, (*earlier, bubble), problem=waiting, box="")
                for reply in self.coach.stream(asked.messages, region=region):
                    talk = _with(before.talk, Exchange(said=said, reply=reply))
                    answer = self._answered(reply, language, whole=False)
                    last = Shown(talk, (*earlier, bubble, answer))
                    yield last
            if last is None:
                raise RuntimeError("The coach gave no reply.")
            whole = self._answered(reply, language, whole=True)
            yield replace(last, chat=(*last.chat[:-1], whole), running=False)
        except MessageTooLongError:
            limit = number_in_figures(self.settings.max_message_chars, language)
            problem = strings.error_too_long_a_message.format(limit=limit)
            yield replace(before, problem=problem, box=said)
        except CrowdedError as error:
            yield replace(before, problem=error.told(strings.service.crowded), box=said)
        except InputError as error:
            yield replace(before, problem=str(error), box=said)
        except Exception as error:
            # The kind alone is logged: the text of an error may quote the person.
            _LOG.error("A turn failed: %s", type(error).__name__)
            yield replace(before, problem=strings.error_unexpected, box=said)

    def _chat(self, talk: Talk, language: str) -> tuple[ShownMessage, ...]:
        """Return a talk in which nobody is answering, with the options of its last reply."""
        shown: list[ShownMessage] = []
        for exchange in talk.exchanges:
            shown.append(_said(exchange.said))
            if exchange.reply:
                shown.append(self._answered(exchange.reply, language, whole=True))
        return (*_past(shown[:-1]), *shown[-1:])

    def _answered(self, reply: Reply, language: str, *, whole: bool) -> ShownMessage:
        return {
            "role": "assistant",
            "content": reply_html(reply, self.library, language, whole=whole),
            "options": [{"value": option, "label": option} for option in reply.options],
        }


def _with(talk: Talk, exchange: Exchange) -> Talk:
    return Talk(exchanges=(*talk.exchanges, exchange))


def _past(chat: Sequence[ShownMessage]) -> tuple[ShownMessage, ...]:
    """Return messages that others have followed: what they offered is offered no more."""
    return tuple({"role": one["role"], "content": one["content"]} for one in chat)


def _said(said: str) -> ShownMessage:
    return {"role": "user", "content": said_html(said)}
