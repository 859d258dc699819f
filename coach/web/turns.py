"""One turn of the talk: from what a person said to what the page shows.

Flow: the box, an option or a way to begin -> here -> the coach -> the page.
The talk travels with every turn and returns to the browser; nothing stays here.
"""

import logging
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from pydantic import TypeAdapter, ValidationError

from coach.errors import InputError, MessageTooLongError
from coach.schema import Message, Reply, Resource
from coach.settings import Settings
from coach.web.contracts import Coach, Library
from coach.web.languages import ENGLISH, number_in_figures
from coach.web.reply_view import reply_html, said_html
from coach.web.wording import load_strings

__all__ = ["Shown", "Talk", "Turns"]

_LOG = logging.getLogger(__name__)
_MESSAGES = TypeAdapter(list[Message])
_RESOURCES = TypeAdapter(tuple[Resource, ...])

ShownMessage = dict[str, Any]
"""A message as the chat component takes it: role, content, and options."""


@dataclass(frozen=True)
class Talk:
    """The conversation as the browser holds it, beside what it shows."""

    messages: tuple[Message, ...] = ()
    resources: tuple[Resource, ...] = ()
    """Where to turn; stays once a reply has shown it."""

    @classmethod
    def from_browser(cls, value: object, language: str = ENGLISH) -> "Talk":
        """Return the talk that the browser sent.

        Raises:
            InputError: It is not one that this page made.
        """
        held = value if isinstance(value, dict) else {}
        try:
            return cls(
                tuple(_MESSAGES.validate_python(held.get("messages", []))),
                _RESOURCES.validate_python(tuple(held.get("resources", ()))),
            )
        except (ValidationError, TypeError):
            raise InputError(load_strings(language).error_unexpected) from None

    def for_browser(self) -> dict[str, Any]:
        """Return what the browser is to hold."""
        return {
            "messages": [message.model_dump() for message in self.messages],
            "resources": [resource.model_dump() for resource in self.resources],
        }


@dataclass(frozen=True)
class Shown:
    """What the page shows at one moment of a turn."""

    talk: Talk
    added: tuple[ShownMessage, ...] = ()
    """What this turn has put at the end of the talk so far."""
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
        talk = Talk()
        try:
            talk = Talk.from_browser(held, language)
            if not said.strip():
                yield Shown(talk, problem=strings.error_nothing_written, running=False)
                return
            messages = (*talk.messages, Message(role="user", content=said))
            if len(messages) > self.settings.max_messages:
                raise InputError(strings.error_too_long_a_talk)
            bubble: ShownMessage = {"role": "user", "content": said_html(said)}
            asked = replace(talk, messages=messages)
            yield Shown(asked, (bubble,), box="")
            last: Shown | None = None
            for reply in self.coach.stream(messages, region=region):
                last = Shown(_after(asked, reply), (bubble, _shown(reply, self.library, language)))
                yield last
            if last is None:
                raise RuntimeError("The coach gave no reply.")
            yield replace(last, running=False)
        except MessageTooLongError:
            limit = number_in_figures(self.settings.max_message_chars, language)
            problem = strings.error_too_long_a_message.format(limit=limit)
            yield Shown(talk, problem=problem, box=said, running=False)
        except InputError as error:
            yield Shown(talk, problem=str(error), box=said, running=False)
        except Exception as error:
            # The kind alone is logged: the text of an error may quote the person.
            _LOG.error("A turn failed: %s", type(error).__name__)
            yield Shown(talk, problem=strings.error_unexpected, box=said, running=False)


def _after(asked: Talk, reply: Reply) -> Talk:
    answer = Message(role="assistant", content=reply.text)
    return Talk((*asked.messages, answer), _union(reply.resources, asked.resources))


def _union(fresh: Sequence[Resource], old: Sequence[Resource]) -> tuple[Resource, ...]:
    return tuple(dict.fromkeys((*fresh, *old)))


def _shown(reply: Reply, library: Library, language: str) -> ShownMessage:
    return {
        "role": "assistant",
        "content": reply_html(reply, library, language),
        "options": [{"value": option, "label": option} for option in reply.options],
    }
