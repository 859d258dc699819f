"""The web page, the HTTP API and the plain pages beside them.

Flow: a browser -> `server` -> `page` (the talk), `api`, `directory`, `plain_pages`.
Only this part imports Gradio, and only when something is served.
"""

from coach.web.serving import serve

__all__ = ["serve"]
