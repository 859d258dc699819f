"""A conversation: what was said is understood, answered from the corpus, and checked.

`conversation` is the way in; `graph` shows the steps of a turn.
"""
