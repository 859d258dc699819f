"""Bring an author's posts into the corpus.

    file, folder, address -> originals -> formats -> Post -> article -> shelf -> corpus/articles

Each step refuses with one line what it cannot take; the other posts go on.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from coach.errors import ImportRefusedError
from coach.library.corpus import Corpus
from coach.library.importing.article import text_of
from coach.library.importing.fetch import Fetcher
from coach.library.importing.formats import SUFFIXES, read_posts
from coach.library.importing.originals import find, is_address, open_original
from coach.library.importing.post import LeftOut, Post
from coach.library.importing.shelf import Shelf
from coach.schema import Article

__all__ = ["SUFFIXES", "Fetcher", "ImportReport", "LeftOut", "import_posts"]


@dataclass(frozen=True)
class ImportReport:
    """What an import took of a post and what it left.

    Attributes:
        path: The article in the corpus.
        outcome: `new`, `updated` or `unchanged`.
        left_out: The first words of each piece of site furniture that was left out.
    """

    path: Path
    article: Article
    outcome: str
    left_out: tuple[str, ...]

    @property
    def words(self) -> int:
        """The number of words of the article."""
        return sum(len(section.text.split()) for section in self.article.sections)


def import_posts(
    source: str,
    corpus: Corpus,
    folder: Path,
    *,
    fetcher: Fetcher,
    slug: str | None = None,
    author: str | None = None,
    dry_run: bool = False,
    progress: Callable[[str, int, int], None] = lambda _name, _done, _total: None,
) -> Iterator[ImportReport | LeftOut | ImportRefusedError]:
    """Make articles of what a source holds; yield what became of each post.

    The same source again updates its articles and makes none twice. A post that is
    refused is yielded as the error that says why; the others are taken.

    Args:
        source: A file, a folder, the address of a page, or of a feed.
        corpus: The corpus as it is; its topics label the sections.
        folder: The corpus folder to write to.
        fetcher: Fetches addresses.
        slug: The slug of the one post that there is.
        author: Who wrote it; what the posts say if None.
        dry_run: Write nothing.
        progress: Told what is read now, how many were, and how many there are.

    Raises:
        ImportRefusedError: There is nothing to read.
    """
    places, left = find(source)
    yield from left
    shelf = Shelf(corpus, folder, dry_run=dry_run)
    fetch = fetcher.get if is_address(source) else None
    posts: list[Post] = []
    for number, where in enumerate(places):
        progress(str(where), number, len(places))
        try:
            for found in read_posts(open_original(where, source, fetcher), fetch):
                if isinstance(found, Post):
                    posts.append(found)
                    progress(found.name, number, len(places))
                else:
                    yield found
        except ImportRefusedError as error:
            yield error
    if slug is not None and len(posts) > 1:
        raise ImportRefusedError(source, None, "--slug names one article; here are several")
    for number, post in enumerate(posts):
        progress(post.name, number, len(posts))
        try:
            text = text_of(post, corpus.topics)
            placed = shelf.put(post, text, slug=slug, author=author)
        except ImportRefusedError as error:
            yield error
        else:
            yield ImportReport(placed.path, placed.article, placed.outcome, text.left_out)
