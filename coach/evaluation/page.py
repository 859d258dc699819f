"""Make a page of a report: its Markdown as HTML, with plots, in one file that loads nothing.

Flow: `evaluation.report`, `evaluation.plots` -> here -> `coach eval all --html`.
"""

from collections.abc import Mapping

from markdown_it import MarkdownIt

__all__ = ["as_page"]

STYLE = """
:root { color-scheme: light; }
body { font: 16px/1.5 system-ui, sans-serif; color: #22303c; background: #fbfaf7;
  margin: 0 auto; max-width: 60rem; padding: 1.5rem; }
h1, h2 { line-height: 1.2; } h2 { margin-top: 2.5rem; font-size: 1.2rem; }
.wide { overflow-x: auto; }
table { border-collapse: collapse; font-size: .85rem; font-variant-numeric: tabular-nums; }
th, td { text-align: left; padding: .25rem .9rem .25rem 0; border-bottom: 1px solid #e3ded3;
  white-space: nowrap; }
code { background: #efece4; padding: 0 .25rem; overflow-wrap: anywhere; }
figure { margin: 1.5rem 0; } figure svg { width: 100%; height: auto; }
"""


def as_page(markdown: str, plots: Mapping[str, str]) -> str:
    """Return a whole HTML page.

    Args:
        markdown: The report; its first heading is the page's title.
        plots: SVG by the text of the heading (of the second level) that it stands under.
    """
    parser = MarkdownIt("commonmark", {"html": False}).enable("table")
    body = parser.render(markdown)
    body = body.replace("<table>", '<div class="wide"><table>').replace(
        "</table>", "</table></div>"
    )
    for heading, drawn in plots.items():
        place = f"<h2>{heading}</h2>"
        if place not in body:
            raise ValueError(f"there is no heading {heading!r}")
        body = body.replace(place, f"{place}\n<figure>{drawn}</figure>", 1)
    title = markdown.splitlines()[0].lstrip("# ")
    return (
        f'<!doctype html>\n<html lang="en">\n<head>\n<meta charset="utf-8">\n'
        f'<meta name="viewport" content="width=device-width, initial-scale=1">\n'
        f"<title>Homeward: {title}</title>\n<style>{STYLE}</style>\n</head>\n"
        f"<body>\n{body}</body>\n</html>\n"
    )
