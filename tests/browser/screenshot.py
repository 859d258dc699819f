"""Take the screenshots of the docs from the real pages: `python -m tests.browser.screenshot`."""

import os
import socket
import threading
from io import BytesIO
from pathlib import Path
from time import sleep

os.environ["HF_HUB_OFFLINE"] = "1"

import uvicorn
from PIL import Image
from playwright.sync_api import Browser, sync_playwright

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.web.server import create_app
from tests.browser.conftest import launched
from tests.browser.screens import SCREENS

DOCS = Path(__file__).resolve().parents[2] / "docs" / "screens"
SIZES = {"phone": {"width": 390, "height": 844}, "desktop": {"width": 1280, "height": 900}}
LEFT_OUT = {"left", "path-empty"}
COLOURS = 128


def main() -> None:
    settings = Settings.load()
    coach = Conversation.open(settings)
    app = create_app(coach, coach.corpus, coach.helplines, settings)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    threading.Thread(target=server.run, args=([listening],), daemon=True).start()
    while not server.started:
        sleep(0.05)
    DOCS.mkdir(parents=True, exist_ok=True)
    with sync_playwright() as playwright, launched(playwright) as browser:
        for size in SIZES:
            for scheme in ("light", "dark"):
                take(browser, f"http://127.0.0.1:{listening.getsockname()[1]}", size, scheme)
    server.should_exit = True


def take(browser: Browser, address: str, size: str, scheme: str) -> None:
    for name in SCREENS.keys() - LEFT_OUT:
        context = browser.new_context(
            viewport=SIZES[size],  # type: ignore[arg-type]
            color_scheme=scheme,  # type: ignore[arg-type]
            locale="en-GB",
            reduced_motion="reduce",
        )
        page = context.new_page()
        SCREENS[name](page, address)
        page.mouse.move(0, 0)
        page.evaluate("document.activeElement.blur()")
        page.wait_for_timeout(600)
        picture = Image.open(BytesIO(page.screenshot()))
        picture.quantize(COLOURS).save(DOCS / f"{name}-{size}-{scheme}.png", optimize=True)
        context.close()


if __name__ == "__main__":
    main()
