"""A conversation: what was said is understood, answered from the corpus, and checked.

`conversation` is the way in; `graph` shows the steps of a turn.
"""

import os

# LangGraph sends whole conversations to a tracing service if the shell asks for it. This
# coach never does, so it is said here, before LangGraph is imported.
for _name in (
    "LANGSMITH_TRACING",
    "LANGSMITH_TRACING_V2",
    "LANGCHAIN_TRACING",
    "LANGCHAIN_TRACING_V2",
):
    os.environ[_name] = "false"
