"""Split what people write into its sentences, with the marks between them or without.

Flow: a message, a page or a reply -> `splitting`, and what has no marks -> `unmarked` -> whatever
reads or says it sentence by sentence.  `training` is run by an engineer (`coach train breaks`).
"""

from coach.sentences.splitting import marked, sentences

__all__ = ["marked", "sentences"]
