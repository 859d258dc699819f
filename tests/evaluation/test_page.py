"""The report as a page: one file that loads nothing, with plots that can be read aloud."""

import pytest
from defusedxml import ElementTree

from coach.evaluation import plots
from coach.evaluation.budgets import Ratio
from coach.evaluation.page import as_page
from coach.evaluation.report import as_markdown
from tests.evaluation.test_report import BEYOND, GATES, MADE, MEASURED, PRIVATE

RATIOS = [
    Ratio("a turn, against an embedding", 3.8, 2.5, "at most", MADE),
    Ratio("nDCG@10, against plain search", 1.16, 1.05, "at least", MADE),
]
DRAWN = {
    "shares": plots.plot_shares([MEASURED], GATES),
    "calibration": plots.plot_calibrations([MEASURED]),
    "budgets": plots.plot_budgets(RATIOS),
    "growth": plots.plot_growth((10, 100), {"search": [1.0, 2.0]}, budget=3.0),
}


@pytest.mark.parametrize("name", sorted(DRAWN))
def test_a_plot_is_an_image_with_a_name_and_loads_nothing(name: str) -> None:
    image = ElementTree.fromstring(DRAWN[name])
    assert image.get("role") == "img"
    assert image.get("aria-label")
    assert "http" not in DRAWN[name].replace("http://www.w3.org/", "")


def test_the_same_figures_give_the_same_plot() -> None:
    assert plots.plot_budgets(RATIOS) == DRAWN["budgets"]
    assert plots.plot_budgets(RATIOS[:1]) != DRAWN["budgets"]


def test_what_is_drawn_can_be_read_as_text() -> None:
    assert "screen: crisis recall" in DRAWN["shares"]
    assert "3.80" in DRAWN["budgets"]


def test_the_page_holds_every_figure_of_the_report_and_its_plots() -> None:
    markdown = as_markdown([MEASURED], GATES, BEYOND, MADE)
    page = as_page(markdown, {"Gates": DRAWN["shares"]})
    assert page.index("<h2>Gates</h2>") < page.index("<figure><svg")
    assert page.count("<table>") == markdown.count("\n|-") == 3
    assert "80 of 100" in page
    assert "<script" not in page
    assert PRIVATE not in page


def test_a_plot_without_its_heading_is_an_error() -> None:
    with pytest.raises(ValueError, match="Speed"):
        as_page("# Evaluation\n", {"Speed": DRAWN["budgets"]})
