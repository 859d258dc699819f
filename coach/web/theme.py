"""Tie Gradio's theme to this project's colours, which live in `assets/tokens.css`.

Flow: `assets/tokens.css` -> CSS variables -> here -> every Gradio component.
"""

import gradio as gr
from gradio.themes.utils.fonts import Font

__all__ = ["make_theme"]

_COLOURS = {
    "background_fill_primary": "var(--surface)",
    "background_fill_secondary": "var(--paper)",
    "block_background_fill": "transparent",
    "body_background_fill": "var(--paper)",
    "body_text_color": "var(--ink)",
    "body_text_color_subdued": "var(--ink-soft)",
    "border_color_primary": "var(--line)",
    "button_primary_background_fill": "var(--accent)",
    "button_primary_background_fill_hover": "var(--accent-strong)",
    "button_primary_text_color": "var(--on-accent)",
    "button_secondary_background_fill": "var(--surface)",
    "button_secondary_background_fill_hover": "var(--tint)",
    "button_secondary_border_color": "var(--line)",
    "button_secondary_text_color": "var(--ink)",
    "color_accent_soft": "var(--tint)",
    "input_background_fill": "var(--surface)",
    "input_border_color": "var(--line)",
    "input_border_color_focus": "var(--accent)",
    "link_text_color": "var(--accent)",
}


def make_theme() -> gr.themes.Base:
    """Return a theme with the same variables by day and by night, and the system's own fonts."""
    body = [Font(name) for name in ("system-ui", "Segoe UI", "Roboto", "sans-serif")]
    theme = gr.themes.Base(font=body, font_mono=[Font("monospace")])
    return theme.set(**_COLOURS, **{f"{name}_dark": value for name, value in _COLOURS.items()})
