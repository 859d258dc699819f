"""No screen has a serious fault that axe-core can find, by day and by night, small and large.

axe-core comes with axe-playwright-python; what it cannot see (order, names that fit, what is
read out when) is held by the other tests of this folder.
"""

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser

from tests.browser.screens import SCREENS

RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    # Gradio's page has no landmark of its own around each of its parts.
    "rules": {"region": {"enabled": False}},
}
GRAVE = {"serious", "critical"}


WIDTHS = (320, 1280)


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("screen", SCREENS)
def test_axe_finds_nothing_grave(chromium: Browser, address: str, screen: str, scheme: str) -> None:
    context = chromium.new_context(
        locale="en-GB",
        viewport={"width": WIDTHS[0], "height": 800},
        color_scheme=scheme,  # type: ignore[arg-type]
        reduced_motion="reduce",
    )
    context.set_default_timeout(20_000)
    page = context.new_page()
    SCREENS[screen](page, address)
    grave = {}
    looked_at = []
    for width in WIDTHS:
        page.set_viewport_size({"width": width, "height": 800})
        found = Axe().run(page, options=RULES)
        looked_at.append(len(found.response["passes"]))
        grave |= {
            (width, violation["id"]): [node["html"][:200] for node in violation["nodes"]][:3]
            for violation in found.response["violations"]
            if violation["impact"] in GRAVE
        }
    context.close()
    assert min(looked_at) >= 15
    assert grave == {}
