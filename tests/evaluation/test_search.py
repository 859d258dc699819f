"""Search over any collection, with the real model."""

import pytest

from coach.evaluation.collections import Collection
from coach.evaluation.search import measure_collection
from coach.evaluation.sets import Query, Text
from coach.index.encoder import open_encoder
from coach.index.models import model_of
from coach.settings import Settings

KETTLE = "The kettle is the loudest thing in the house, and somebody listens to it."
BOAT = "They sand a boat together, and after a winter each would miss the other."


def collection(*texts: str) -> Collection:
    documents = tuple(Text(_id=f"d{n}", title="", text=text) for n, text in enumerate(texts))
    queries = (Query(_id="q", text="friends who repair a boat"),)
    return Collection("small", documents, queries, {"q": {"d1": 1}})


@pytest.mark.parametrize(("texts", "gain"), [((KETTLE, BOAT), 1.0), ((BOAT, BOAT), 0.631)])
def test_the_answer_is_found_first_and_ties_keep_the_order_of_the_documents(
    settings: Settings, texts: tuple[str, str], gain: float
) -> None:
    encoder = open_encoder(model_of(settings), settings.encoders_dir)
    found = measure_collection(collection(*texts), encoder)
    assert [one.system for one in found] == ["dense", "BM25", "ours"]
    assert [one.mean_ndcg for one in found] == pytest.approx([gain] * 3, abs=0.001)
