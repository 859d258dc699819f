"""Plain LlamaIndex with its own vector store, as its own guide builds it."""

from collections.abc import Sequence
from pathlib import Path

from llama_index.core import StorageContext, VectorStoreIndex, load_index_from_storage
from llama_index.core.schema import TextNode
from llama_index.embeddings.huggingface import HuggingFaceEmbedding
from talk import LIMIT, talk


class LlamaIndex:
    """A vector store index and its retriever."""

    def __init__(self, model: str) -> None:
        self._model = HuggingFaceEmbedding(model_name=model, device="cpu")

    def build(self, chunks: Sequence[tuple[str, str]], folder: Path) -> None:
        """Embed the chunks and write the index down."""
        nodes = [TextNode(id_=one, text=text) for one, text in chunks]
        index = VectorStoreIndex(nodes, embed_model=self._model)
        index.storage_context.persist(str(folder))

    def open(self, folder: Path) -> None:
        """Read the index."""
        storage = StorageContext.from_defaults(persist_dir=str(folder))
        index = load_index_from_storage(storage, embed_model=self._model)
        self._retriever = index.as_retriever(similarity_top_k=LIMIT)

    def turn(self, text: str) -> list[str]:
        """Search."""
        return [found.node.node_id for found in self._retriever.retrieve(text)]

    rank = turn


talk(LlamaIndex, ("llama-index-core", "torch"))
