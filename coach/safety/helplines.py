"""Choose where someone can turn, by region, from what could be confirmed.

Flow: `corpus/helplines.json` -> here -> crisis path, replies and the page's list
of helplines. Needs no model and no index, so it works when they do not.
"""

import json
from collections.abc import Sequence
from datetime import date
from pathlib import Path
from typing import Literal

from pydantic import BaseModel, ConfigDict, TypeAdapter, ValidationError, field_validator

from coach.errors import CorpusError
from coach.schema import Resource

__all__ = ["EMERGENCY_FIRST", "EMERGENCY_WORDS", "EU", "Helpline", "Helplines"]

EU = frozenset(
    [
        "AT",
        "BE",
        "BG",
        "CY",
        "CZ",
        "DE",
        "DK",
        "EE",
        "ES",
        "FI",
        "FR",
        "GR",
        "HR",
        "HU",
        "IE",
        "IT",
        "LT",
        "LU",
        "LV",
        "MT",
        "NL",
        "PL",
        "PT",
        "RO",
        "SE",
        "SI",
        "SK",
    ]
)
ALIASES = {"UK": "GB", "EL": "GR", "USA": "US"}
EMERGENCY_WORDS = "Your local emergency number"
EMERGENCY_FIRST = frozenset({"medical_emergency", "harm_to_others", "abuse", "poison"})
EVERYWHERE = "INTL"
RETIRED = ("0772590 9090", "07725909090", "18002738255")

Kind = Literal["crisis", "child", "domestic_violence", "poison", "lgbtq", "emergency", "directory"]
SPECIAL: tuple[tuple[str, Kind], ...] = (
    ("minor", "child"),
    ("abuse", "domestic_violence"),
    ("medical_emergency", "poison"),
    ("poison", "poison"),
)
"""What the screen heard, and the lines that then come before the crisis lines."""


class Helpline(BaseModel):
    """One row of `helplines.json`."""

    model_config = ConfigDict(frozen=True, extra="forbid")

    country: str
    """ISO 3166-1 code in capitals, `EU`, or `INTL`."""
    country_name: str
    name: str
    type: Kind
    call: str | None = None
    call_alt: str | None = None
    text: str | None = None
    email: str | None = None
    chat: str | None = None
    url: str | None = None
    hours: str | None = None
    source: str
    verified: bool | str
    checked: date | None = None
    """The day on which the row was last confirmed, where that is known."""
    note: str | None = None

    @field_validator("call", "text")
    @classmethod
    def not_retired(cls, value: str | None) -> str | None:
        """Refuse numbers that no longer answer."""
        digits = "".join(c for c in value or "" if c.isdigit())
        if digits in {"".join(c for c in r if c.isdigit()) for r in RETIRED}:
            raise ValueError(f"{value} is retired and must not be listed")
        return value

    @property
    def shown(self) -> bool:
        """Whether the row may be shown: confirmed, at least in part."""
        return self.verified is True or self.verified == "partly"

    def as_resource(self) -> Resource:
        """Return the row as it travels in a reply."""
        address = self.url or self.chat
        url = f"https://{address}" if address and "://" not in address else address
        return Resource(name=self.name, call=self.call, text=self.text, url=url)


class Helplines:
    """All helplines of the corpus."""

    def __init__(self, rows: Sequence[Helpline]) -> None:
        self._rows = tuple(row for row in rows if row.shown)

    @classmethod
    def load(cls, path: Path) -> "Helplines":
        """Return the helplines of the JSON file at `path`.

        Raises:
            CorpusError: The file is missing, is no JSON, or a row is wrong.
        """
        try:
            rows = TypeAdapter(tuple[Helpline, ...]).validate_python(
                json.loads(path.read_text(encoding="utf-8"))
            )
        except OSError as error:
            raise CorpusError(path, None, f"cannot be read ({error.strerror})") from None
        except json.JSONDecodeError as error:
            raise CorpusError(path, error.lineno, f"is no valid JSON: {error.msg}") from None
        except UnicodeDecodeError:
            raise CorpusError(path, None, "is no UTF-8 text") from None
        except ValidationError as error:
            first = error.errors()[0]
            place = ".".join(str(part) for part in first["loc"])
            raise CorpusError(path, None, f"row {place}: {first['msg']}") from None
        return cls(rows)

    def regions(self) -> tuple[tuple[str, str], ...]:
        """Return code and name of every country with a row of its own, by name."""
        named = {
            r.country: r.country_name for r in self._rows if r.country not in ("EU", EVERYWHERE)
        }
        return tuple(sorted(named.items(), key=lambda pair: pair[1]))

    def for_region(
        self, region: str | None, *, categories: Sequence[str] = ()
    ) -> tuple[Resource, ...]:
        """Return where to turn in `region`; never empty as long as the file is whole.

        First come the lines for what was heard, then the crisis lines, or the directory
        of all countries where there are none; last the emergency number, or the words
        for it where it is not known. Where a life may be at stake this minute, the
        emergency number comes first.

        Args:
            region: ISO 3166-1 code, upper or lower case; "en-GB" is read as "GB".
            categories: What the screen heard.
        """
        code = plain_code(region)
        kinds = dict.fromkeys(kind for heard, kind in SPECIAL if heard in categories)
        special = [line for kind in kinds for line in self._lines(code, kind)]
        lines = self._lines(code, "crisis") or self._lines(EVERYWHERE, "directory")
        emergency = (
            self._lines(code, "emergency")
            or (self._lines("EU", "emergency") if code in EU else [])
            or [Resource(name=EMERGENCY_WORDS)]
        )
        urgent = bool(EMERGENCY_FIRST & set(categories))
        found = [*special, *lines]
        return tuple([*emergency, *found] if urgent else [*found, *emergency])

    def _lines(self, code: str | None, kind: Kind) -> list[Resource]:
        return [r.as_resource() for r in self._rows if r.country == code and r.type == kind]


def plain_code(region: str | None) -> str | None:
    """Return the two-letter code in `region`, or None."""
    if not region:
        return None
    code = region.replace("_", "-").split("-")[-1].strip().upper()
    return ALIASES.get(code, code)
