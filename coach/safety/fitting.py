"""How likely an answer that a sentence comes near to fits it, by what readers said of others.

Flow: judged answers (`evals/safety/train/fits.jsonl`) -> `safety.judged` (`coach train fits`) ->
`learnt/fits.json` -> here -> `safety.answers`.

How near an answer must stand differs from one to the other: "it comes and goes" stands near much
that it was not written for, "does it show on the phone bill" near nothing else.  So each answer has
a lift of its own, the random intercept of a logistic regression (Gelman and Hill, "Data Analysis
Using Regression and Multilevel/Hierarchical Models", chapter 14).
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Self

from coach.errors import EmbeddingError

__all__ = ["FITS", "Fitting"]

FITS = "fits"


@dataclass(frozen=True)
class Fitting:
    """What was learnt of which answers fit.

    Attributes:
        likeness: What one unit of likeness adds to the log odds that an answer fits.
        alone: The log odds without any.
        lifts: By the first way to put what an answer is for, what is added to its likeness.
    """

    likeness: float = 0.0
    alone: float = 0.0
    lifts: Mapping[str, float] = field(default_factory=dict, repr=False)

    @classmethod
    def read(cls, folder: Path) -> Self:
        """Return what a folder holds.

        Raises:
            EmbeddingError: The file is missing or broken.
        """
        path = folder / f"{FITS}.json"
        try:
            held = json.loads(path.read_text(encoding="utf-8"))
            return cls(**{name: held[name] for name in cls.__dataclass_fields__})
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise EmbeddingError(
                f"{path} cannot be read ({type(error).__name__}); take it from the release again, "
                "or run `coach train fits`."
            ) from None

    def write(self, folder: Path) -> None:
        """Write it into a folder."""
        text = json.dumps(asdict(self), indent=1, ensure_ascii=False)
        (folder / f"{FITS}.json").write_text(f"{text}\n", encoding="utf-8")

    def lift(self, ways: Sequence[str]) -> float:
        """Return what is added to the likeness to an answer; nothing of one that nobody judged."""
        return self.lifts.get(ways[0], 0.0)

    def chance(self, likeness: float) -> float:
        """Return the probability that an answer fits; one that would pass counts as half.

        Args:
            likeness: How like a sentence is to what the answer is for, its lift included.
        """
        return 1 / (1 + math.exp(-self.alone - self.likeness * likeness))
