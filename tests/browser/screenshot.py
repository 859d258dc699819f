"""Take the README's screenshots from the real page: `python -m tests.browser.screenshot`."""

import os
import shutil
import socket
import sys
import threading
from pathlib import Path
from time import sleep

os.environ["HF_HUB_OFFLINE"] = "1"

import uvicorn
from playwright.sync_api import expect, sync_playwright

from coach.dialogue.conversation import Conversation
from coach.settings import Settings
from coach.web.server import create_app
from coach.web.wording import load_strings

DOCS = Path(__file__).resolve().parents[2] / "docs"
SHOTS = {"talk.png": (1280, 900), "talk-phone.png": (390, 844)}
QUESTION = "How do I do the self-compassion practice?"


def main() -> None:
    settings = Settings.load()
    coach = Conversation.open(settings)
    app = create_app(coach, coach.corpus, coach.helplines, settings)
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(app, log_level="warning", access_log=False))
    threading.Thread(target=server.run, args=([listening],), daemon=True).start()
    while not server.started:
        sleep(0.05)
    take(f"http://127.0.0.1:{listening.getsockname()[1]}/")
    server.should_exit = True


def take(address: str) -> None:
    chromium = shutil.which("chromium") or sys.exit("Chromium is not installed.")
    strings = load_strings()
    DOCS.mkdir(exist_ok=True)
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for name, (width, height) in SHOTS.items():
            page = browser.new_page(viewport={"width": width, "height": height}, locale="en-GB")
            page.goto(address)
            page.get_by_role("textbox", name=strings.box_label).fill(QUESTION)
            page.get_by_role("button", name=strings.send).click()
            reply = page.get_by_role("article", name=strings.speaker_coach)
            expect(reply.get_by_text(strings.sources_heading)).to_be_visible()
            expect(page.get_by_role("button", name=strings.send)).to_be_visible()
            page.mouse.move(0, 0)
            page.evaluate("document.activeElement.blur()")
            page.wait_for_timeout(500)
            page.screenshot(path=DOCS / name)
        browser.close()


if __name__ == "__main__":
    main()
