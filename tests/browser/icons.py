"""Draw the icons of the app from `icon.svg`: `python -m tests.browser.icons`."""

import shutil
import sys

from playwright.sync_api import sync_playwright

from coach.web.wording import ASSETS

WHOLE = {"icon-192.png": 192, "icon-512.png": 512}
MASKABLE = "icon-maskable.png"
SAFE = 0.8
"""A phone may cut a maskable icon to a circle of this part of its width."""


def main() -> None:
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    svg = (ASSETS / "icon.svg").read_text("utf-8")
    ground = svg.split('fill="', 1)[1].split('"', 1)[0]
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, size in WHOLE.items():
            page = browser.new_page(viewport={"width": size, "height": size})
            page.set_content(f'<body style="margin:0;background:transparent">{svg}')
            page.screenshot(path=ASSETS / name, omit_background=True)
        page = browser.new_page(viewport={"width": 512, "height": 512})
        inner = f"width:{SAFE:.0%};margin:{(1 - SAFE) / 2:.0%}"
        page.set_content(f'<body style="margin:0;background:{ground}"><div style="{inner}">{svg}')
        page.screenshot(path=ASSETS / MASKABLE)
        browser.close()


if __name__ == "__main__":
    main()
