"""Plain LangChain with Chroma, as its own guide builds it."""

from collections.abc import Sequence
from pathlib import Path

from langchain_chroma import Chroma
from langchain_huggingface import HuggingFaceEmbeddings
from talk import LIMIT, talk


class LangChain:
    """A vector store, searched by similarity."""

    def __init__(self, model: str) -> None:
        self._embeddings = HuggingFaceEmbeddings(model_name=model)

    def build(self, chunks: Sequence[tuple[str, str]], folder: Path) -> None:
        """Embed the chunks into a store on disk."""
        self.open(folder)
        self._store.add_texts([text for _, text in chunks], ids=[one for one, _ in chunks])

    def open(self, folder: Path) -> None:
        """Open the store."""
        self._store = Chroma("passages", self._embeddings, persist_directory=str(folder))

    def turn(self, text: str) -> list[str]:
        """Search."""
        return [str(found.id) for found in self._store.similarity_search(text, k=LIMIT)]

    rank = turn


talk(LangChain, ("langchain-core", "langchain-chroma", "chromadb", "torch"))
