"""Plain Haystack with its own document store, as its own guide builds it."""

from collections.abc import Sequence
from pathlib import Path

from haystack import Document, Pipeline
from haystack.components.retrievers.in_memory import InMemoryEmbeddingRetriever
from haystack.document_stores.in_memory import InMemoryDocumentStore
from haystack_integrations.components.embedders.sentence_transformers import (
    SentenceTransformersDocumentEmbedder,
    SentenceTransformersTextEmbedder,
)
from talk import LIMIT, talk


class Haystack:
    """A pipeline of two: embed the question, fetch what is near."""

    def __init__(self, model: str) -> None:
        self._model = model
        self._text_embedder = SentenceTransformersTextEmbedder(model=model, progress_bar=False)
        self._text_embedder.warm_up()

    def build(self, chunks: Sequence[tuple[str, str]], folder: Path) -> None:
        """Embed the chunks and write the store down."""
        embedder = SentenceTransformersDocumentEmbedder(model=self._model, progress_bar=False)
        embedder.warm_up()
        documents = [Document(id=one, content=text) for one, text in chunks]
        store = InMemoryDocumentStore(embedding_similarity_function="cosine")
        store.write_documents(embedder.run(documents)["documents"])
        folder.mkdir(exist_ok=True)
        store.save_to_disk(str(folder / "store.json"))

    def open(self, folder: Path) -> None:
        """Read the store and join the pipeline."""
        store = InMemoryDocumentStore.load_from_disk(str(folder / "store.json"))
        self._pipeline = Pipeline()
        self._pipeline.add_component("embedder", self._text_embedder)
        self._pipeline.add_component(
            "retriever", InMemoryEmbeddingRetriever(document_store=store, top_k=LIMIT)
        )
        self._pipeline.connect("embedder.embedding", "retriever.query_embedding")

    def turn(self, text: str) -> list[str]:
        """Search."""
        found = self._pipeline.run({"embedder": {"text": text}})
        return [document.id for document in found["retriever"]["documents"]]

    rank = turn


talk(Haystack, ("haystack-ai", "torch"))
