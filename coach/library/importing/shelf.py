"""Put an article where it belongs in the corpus, whole or not at all.

Flow: `importing.article` -> here -> `corpus/articles/<slug>.md`.  A post that came
before is known again by its source, so that it is updated and never there twice.
"""

import hashlib
import re
import tempfile
import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import frontmatter

from coach.errors import CorpusError, ImportRefusedError
from coach.library.corpus import Corpus, read_document
from coach.library.importing.article import Text
from coach.library.importing.post import Post, same_address
from coach.library.markdown import anchor_of, internal_links, unlink
from coach.schema import Article

__all__ = ["Placed", "Shelf"]

MAX_SLUG_CHARS = 100


@dataclass(frozen=True)
class Placed:
    """An article and what became of it: `new`, `updated` or `unchanged`."""

    path: Path
    article: Article
    outcome: str


class Shelf:
    """The articles of a corpus folder while posts are put among them."""

    def __init__(self, corpus: Corpus, folder: Path, *, dry_run: bool = False) -> None:
        self._corpus = corpus
        self._folder = folder / "articles"
        self._dry_run = dry_run
        self._slugs = {document.slug for document in corpus.documents}
        self._articles = {article.slug: article for article in corpus.articles}
        self._by_source = {same_address(a.source): a for a in reversed(corpus.articles) if a.source}

    def put(
        self, post: Post, text: Text, *, slug: str | None = None, author: str | None = None
    ) -> Placed:
        """Write the article of a post.

        Args:
            post: Where the text is from.
            text: What the article says.
            slug: The slug that the author wants; made from the post if None.
            author: Who wrote it; what the post or the article before says if None.

        Raises:
            ImportRefusedError: It cannot be put there; the corpus is as it was.
        """
        slug, before = self._place(post, text, slug)
        target = self._folder / f"{slug}.md"
        if before is None and target.exists():
            raise ImportRefusedError(
                post.name, None, f"{target} is in the way; choose another --slug"
            )
        when = post.published or (before.date if before else None) or post.modified
        values: dict[str, Any] = {
            "slug": slug,
            "title": text.title,
            "author": author or post.author or (before.author if before else "Unknown author"),
            "date": when or datetime.now(UTC).date(),
            "summary": text.summary,
            "topics": list(text.topics),
            "series": text.series or (before.series if before else None),
            "part": text.part or (before.part if before else None),
            "source": post.source,
        }
        body = _without_dead_links(text.body, self._corpus, slug)
        whole = frontmatter.dumps(frontmatter.Post(body, **values), sort_keys=False) + "\n"
        old = target.read_text(encoding="utf-8") if before and target.is_file() else None
        outcome = "new" if old is None else "unchanged" if old == whole else "updated"
        article = self._write(post.name, whole, target)
        self._slugs.add(slug)
        self._articles[slug] = article
        self._by_source[same_address(post.source)] = article
        return Placed(target, article, outcome)

    def _place(self, post: Post, text: Text, wanted: str | None) -> tuple[str, Article | None]:
        """Return the slug of a post, and the article that it became before."""
        known = self._by_source.get(same_address(post.source))
        if wanted is None and known is not None:
            return known.slug, known
        slug = anchor_of(wanted) if wanted else _slug_of(post, text)
        if not re.fullmatch(rf"[a-z0-9-]{{1,{MAX_SLUG_CHARS}}}", slug):
            raise ImportRefusedError(
                post.name, None, f"{slug!r} cannot be an address; choose another with --slug"
            )
        if slug not in self._slugs:
            return slug, None
        there = self._articles.get(slug)
        imported = there is not None and there.source is not None
        if imported and (known is there or _same(there, text)):
            return slug, there
        if wanted or there is None or _same(there, text):
            raise ImportRefusedError(
                post.name, None, f"the slug {slug!r} is taken; choose another with --slug"
            )
        number = next(n for n in range(2, len(self._slugs) + 3) if f"{slug}-{n}" not in self._slugs)
        return f"{slug}-{number}", None

    def _write(self, name: str, whole: str, target: Path) -> Article:
        """Check the article as the corpus will read it, then put it in place in one step."""
        try:
            if not self._dry_run:
                target.parent.mkdir(parents=True, exist_ok=True)
            beside = None if self._dry_run else target.parent
            with tempfile.TemporaryDirectory(prefix=".import-", dir=beside) as scratch:
                draft = Path(scratch) / target.name
                draft.write_text(whole, encoding="utf-8")
                article = read_document(draft, Article)
                if not isinstance(article, Article):
                    raise ImportRefusedError(name, None, "did not become an article")
                if not self._dry_run:
                    draft.replace(target)
        except ImportRefusedError:
            raise
        except CorpusError as error:
            raise ImportRefusedError(name, None, error.reason) from None
        except OSError as error:
            raise ImportRefusedError(name, None, f"cannot be written: {error.strerror}") from None
        return article


def _same(article: Article | None, text: Text) -> bool:
    return article is not None and article.title.casefold() == text.title.casefold()


def _slug_of(post: Post, text: Text) -> str:
    """Return a slug made of the post's address or file, of its title, or of its source."""
    for words in (post.stem, text.title):
        folded = unicodedata.normalize("NFKD", words).encode("ascii", "ignore").decode()
        slug = anchor_of(folded)[:MAX_SLUG_CHARS].strip("-")
        if re.search(r"[a-z]", slug) and slug not in {"section", "index"}:
            return slug
    return f"post-{hashlib.sha256(post.source.encode()).hexdigest()[:8]}"


def _without_dead_links(body: str, corpus: Corpus, slug: str) -> str:
    """Return the body with links that lead nowhere in the corpus reduced to their words."""
    while dead := {
        target
        for target, _ in internal_links(body)
        if target.partition("#")[0] == slug or not corpus.resolves(target)
    }:
        body = unlink(body, dead)
    return body
