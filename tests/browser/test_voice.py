"""A visitor talks aloud with the coach in a real browser, whose microphone is a recording.

The recordings are made by the coach's own voice, and what the page says is heard again by
the coach's own ears.
"""

import json
import os
import re
import sys
from base64 import b64decode
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from shutil import copytree
from time import monotonic
from typing import Any

import numpy as np
import pytest
from playwright.sync_api import Locator, Page, Playwright, WebSocket, WebSocketRoute, expect

from coach.dialogue.conversation import Conversation
from coach.schema import Message, PracticePosition, Reply
from coach.settings import PROJECT_ROOT, Settings
from coach.voice.audio import as_wav, for_hearing, from_pcm
from coach.voice.contracts import Sound, Speaker, Transcriber
from coach.voice.engines import (
    missing_for_hearing,
    missing_for_speaking,
    open_speaker,
    open_transcriber,
)
from coach.voice.spoken import spoken_text
from coach.web.contracts import Coach
from coach.web.server import create_app
from coach.web.wording import load_strings
from tests.browser.conftest import launched, note_errors
from tests.web.disk import held_for_writing, watched
from tests.web.served import running, serving

STRINGS = load_strings()
SAY = STRINGS.talking
SPOKEN = "I feel lonely in the evening."
FAKE_MICROPHONE = "--use-fake-device-for-media-stream"
ALLOWED = "--use-fake-ui-for-media-stream"
LOUD = "--autoplay-policy=no-user-gesture-required"
AT_MOST = 90.0
"""Seconds that a turn may take on a busy machine before a test gives up."""

RECORD = """
window.said = [];
const { start, stop } = AudioBufferSourceNode.prototype;
AudioBufferSourceNode.prototype.start = function () {
  const samples = this.buffer.getChannelData(0);
  const pcm = Int16Array.from(samples, (sample) => 32767 * sample);
  let bytes = "";
  for (const byte of new Uint8Array(pcm.buffer)) bytes += String.fromCharCode(byte);
  const one = {
    rate: this.buffer.sampleRate, pcm: btoa(bytes), from: this.context.currentTime, cut: false,
  };
  this.addEventListener("ended", () => { one.until = this.context.currentTime; });
  this.said = one;
  window.said.push(one);
  start.apply(this);
};
AudioBufferSourceNode.prototype.stop = function () { this.said.cut = true; stop.apply(this); };
"""
"""Keeps, in the page, every piece of sound that is given to the loudspeaker."""


@pytest.fixture(scope="session", autouse=True)
def _voice_installed(settings: Settings) -> None:
    why = missing_for_hearing(settings) or missing_for_speaking(settings)
    if why and os.environ.get("CI") == "true":
        pytest.fail(why)
    if why:
        pytest.skip(why)


@pytest.fixture(scope="session")
def speaker(settings: Settings) -> Speaker:
    return open_speaker(settings)


@pytest.fixture(scope="session")
def transcriber(settings: Settings) -> Transcriber:
    return open_transcriber(settings)


@dataclass
class Visit:
    """A page, what its microphone was told, and what its loudspeaker got."""

    page: Page
    events: list[dict[str, Any]] = field(default_factory=list)
    asked_to_say: list[dict[str, Any]] = field(default_factory=list)
    complaints: list[str] = field(default_factory=list)

    def watch(self) -> None:
        page = self.page
        note_errors(page, self.complaints)
        page.on(
            "console",
            lambda line: (
                self.complaints.append(line.text) if "Security Policy" in line.text else None
            ),
        )
        page.on("websocket", self._connected)
        page.on(
            "request",
            lambda request: (
                self.asked_to_say.append(json.loads(request.post_data or "{}"))
                if request.url.endswith("/v1/audio/speech")
                else None
            ),
        )

    def _connected(self, socket: WebSocket) -> None:
        socket.on("framereceived", lambda frame: self.events.append(json.loads(frame)))

    def wait_for(self, so: Callable[[], bool]) -> None:
        """Wait until something is so."""
        until = monotonic() + AT_MOST
        while not so():
            assert monotonic() < until, (self.doing.text_content(), self.events)
            self.page.wait_for_timeout(50)

    def told(self, event: str) -> bool:
        """Say whether the server has told of an event."""
        return any(one["event"] == event for one in self.events)

    @property
    def doing(self) -> Locator:
        """The words that say what is going on."""
        return self.page.locator(".voice-line .doing").get_by_role("status")

    @property
    def note(self) -> Locator:
        """What is to be known besides."""
        return self.page.locator(".voice-line .note")

    def button(self, name: str) -> Locator:
        return self.page.get_by_role("button", name=name, exact=True)

    @property
    def box(self) -> Locator:
        return self.page.get_by_role("textbox", name=STRINGS.box_label)

    @property
    def asked(self) -> Locator:
        return self.page.get_by_role("article", name=STRINGS.speaker_you)

    @property
    def replies(self) -> Locator:
        return self.page.get_by_role("article", name=STRINGS.speaker_coach)

    def type(self, text: str) -> None:
        """Send something by hand, and wait for the whole reply."""
        before = self.replies.count()
        self.box.fill(text)
        self.button(STRINGS.send).click()
        expect(self.replies).to_have_count(before + 1)
        expect(self.button(STRINGS.send)).to_be_visible()

    @property
    def said(self) -> list[dict[str, Any]]:
        """The pieces that were given to the loudspeaker."""
        pieces: list[dict[str, Any]] = self.page.evaluate("window.said")
        return pieces

    def what_was_said(self, transcriber: Transcriber) -> list[str]:
        """Listen to each of those pieces."""
        sounds = (Sound(from_pcm(b64decode(one["pcm"])), one["rate"]) for one in self.said)
        return [transcriber.hear(for_hearing(sound)).text for sound in sounds]


class Talker:
    """Opens visits whose microphone plays a recording."""

    def __init__(self, playwright: Playwright, speaker: Speaker, folder: Path) -> None:
        self._playwright = playwright
        self._speaker = speaker
        self._folder = folder

    @contextmanager
    def visit(
        self, address: str, *spoken: str | float, arguments: Sequence[str] = (ALLOWED,)
    ) -> Iterator[Visit]:
        """Open the page.

        Args:
            address: Where it is served.
            spoken: What the microphone hears: words, and seconds of silence.
            arguments: What Chromium is told of microphones besides.
        """
        recording = self._folder / "microphone.wav"
        recording.write_bytes(as_wav(self._recorded(spoken)))
        with launched(
            self._playwright,
            *arguments,
            FAKE_MICROPHONE,
            LOUD,
            f"--use-file-for-fake-audio-capture={recording}%noloop",
        ) as browser:
            page = browser.new_page(locale="en-GB", viewport={"width": 390, "height": 844})
            page.set_default_timeout(AT_MOST * 1000)
            expect.set_options(timeout=AT_MOST * 1000)
            page.add_init_script(RECORD)
            visit = Visit(page)
            visit.watch()
            page.goto(f"{address}/")
            expect(visit.doing).to_have_text(SAY.off)
            yield visit
            assert visit.complaints == []
            page.close()

    def _recorded(self, spoken: Sequence[str | float]) -> Sound:
        rate = next(iter(self._speaker.say("Hello."))).rate
        pieces = [np.zeros(rate // 2, np.float32)]
        for part in spoken:
            if isinstance(part, str):
                pieces += [sound.samples for sound in self._speaker.say(spoken_text(part))]
            else:
                pieces.append(np.zeros(int(part * rate), np.float32))
        pieces.append(np.zeros(rate * 60, np.float32))
        return Sound(np.concatenate(pieces), rate)


@pytest.fixture
def talker(playwright: Playwright, speaker: Speaker, tmp_path: Path) -> Talker:
    return Talker(playwright, speaker, tmp_path)


@pytest.fixture(autouse=True)
def _patience() -> Iterator[None]:
    yield
    expect.set_options(timeout=5_000)


def words(text: str) -> list[str]:
    return re.findall(r"[a-z0-9']+", text.lower().replace("-", " "))


def share_heard(written: str, heard: str) -> float:
    """Return the share of the written words that were heard."""
    known = set(words(heard))
    wanted = words(written)
    return sum(word in known for word in wanted) / len(wanted)


def written(reply: Locator) -> str:
    """Return the paragraphs of a reply, without its sources."""
    text: str = reply.evaluate(
        """(reply) => [...reply.querySelectorAll(".reply > p:not(.position)")]
             .map((p) => [...p.childNodes].map((n) => n.className === "marker" ? "" : n.textContent)
             .join("")).join(" ")"""
    )
    return text


@pytest.mark.parametrize("by", ["mouse", "space"])
def test_hold_to_talk_writes_what_was_said_and_speaks_the_reply(
    talker: Talker, transcriber: Transcriber, address: str, by: str
) -> None:
    with talker.visit(address, SPOKEN) as visit:
        hold = visit.button(SAY.hold)
        if by == "mouse":
            hold.hover()
            visit.page.mouse.down()
        else:
            hold.focus()
            visit.page.keyboard.down(" ")
        expect(visit.doing).to_have_text(SAY.listening)
        visit.wait_for(lambda: visit.told("silence"))
        visit.page.mouse.up() if by == "mouse" else visit.page.keyboard.up(" ")
        expect(visit.box).to_have_value(re.compile("lonely", re.I))
        expect(visit.note).to_have_text(re.compile(f"{SAY.heard}|{SAY.unsure}"))
        expect(visit.asked).to_have_count(0)
        visit.box.press("Enter")
        expect(visit.asked).to_have_text(re.compile("lonely", re.I))
        expect(visit.doing).to_have_text(SAY.speaking)
        expect(visit.doing).to_have_text(SAY.off)
        heard = " ".join(visit.what_was_said(transcriber))
        assert share_heard(written(visit.replies.last), heard) > 0.85, heard


def test_hands_free_sends_speaks_and_listens_again(
    talker: Talker, transcriber: Transcriber, address: str
) -> None:
    with talker.visit(address, SPOKEN) as visit:
        free = visit.button(SAY.free)
        free.click()
        expect(free).to_have_attribute("aria-pressed", "true")
        expect(visit.asked).to_have_text(re.compile("lonely", re.I))
        expect(visit.doing).to_have_text(SAY.speaking)
        expect(visit.doing).to_have_text(SAY.listening)
        heard = " ".join(visit.what_was_said(transcriber))
        assert share_heard(written(visit.replies.last), heard) > 0.85, heard
        free.click()
        expect(free).to_have_attribute("aria-pressed", "false")
        expect(visit.doing).to_have_text(SAY.off)


def test_nothing_of_a_talk_reaches_the_disk(
    talker: Talker, settings: Settings, tmp_path: Path
) -> None:
    # The microphone's recording, which is the visitor's, lies beside it.
    folder = tmp_path / "server"
    folder.mkdir()
    # An index of its own, for Chroma touches the files of the other one when a test opens it.
    index = tmp_path / "index"
    copytree(settings.index_dir, index)
    settings = settings.model_copy(update={"index_dir": index})
    hears = {"COACH_TRANSCRIBER": "embedded", "COACH_SPEAKER": "embedded"}
    with (
        running(settings, folder, **hears) as process,
        talker.visit(process.address, SPOKEN) as visit,
    ):
        visit.type("thank you")
        around = set(PROJECT_ROOT.iterdir())
        if on_linux := sys.platform == "linux":
            held = held_for_writing(process.process.pid)
        with watched(folder, index, PROJECT_ROOT / "coach", PROJECT_ROOT / "corpus") as changed:
            visit.button(SAY.free).click()
            visit.wait_for(lambda: visit.told("speech"))
            if on_linux:
                assert held_for_writing(process.process.pid) <= held
            expect(visit.asked).to_have_text([re.compile("thank"), re.compile("lonely", re.I)])
            expect(visit.doing).to_have_text(SAY.speaking)
            if on_linux:
                assert held_for_writing(process.process.pid) <= held
            expect(visit.doing).to_have_text(SAY.listening)
            visit.button(SAY.free).click()
        logs = {str(process.said), str(process.logged)}
        # Chroma's own, of an index that is only read; and byte code.
        own = (".pyc", ".sqlite3-journal")
        assert {path for path in changed if not path.endswith(own)} <= logs
        assert set(PROJECT_ROOT.iterdir()) == around
        assert "lonely" not in process.written().lower()


class Scripted:
    """A coach that says one thing, and then thanks."""

    def __init__(self, first: Reply) -> None:
        self._first = first

    def reply(self, messages: Sequence[Message], *, region: str | None = None) -> Reply:
        del region
        return self._first if len(messages) == 1 else Reply(text="Thank you.", kind="coaching")

    def stream(self, messages: Sequence[Message], *, region: str | None = None) -> Iterator[Reply]:
        yield self.reply(messages, region=region)


LONG = "The evening is quiet and there is nothing that has to be done before the morning comes. "


@contextmanager
def served_with(coach: Coach, conversation: Conversation, settings: Settings) -> Iterator[str]:
    app = create_app(coach, conversation.corpus, conversation.helplines, settings)
    with serving(app) as address:
        yield address


def test_speaking_over_the_coach_stops_it_at_once(
    talker: Talker, conversation: Conversation, settings: Settings
) -> None:
    # Twice as long a sentence: one of four seconds may end at the moment it is spoken over.
    drawn_out = f"{LONG.rstrip('. ')}, and {LONG[0].lower()}{LONG[1:]}"
    coach = Scripted(Reply(text=drawn_out * 20, kind="coaching"))
    with (
        served_with(coach, conversation, settings) as address,
        talker.visit(
            address, "Tell me about the evening.", 15.0, "Wait, I have a question."
        ) as visit,
    ):
        visit.button(SAY.free).click()
        expect(visit.doing).to_have_text(SAY.speaking)
        expect(visit.asked).to_have_count(2)
        expect(visit.asked.last).to_have_text(re.compile("question", re.I))
        expect(visit.doing).to_have_text(SAY.listening)
        cut = [one["cut"] for one in visit.said]
        assert cut.count(True) == 1
        assert len(cut) < 20


class Server:
    """Answers the microphone in place of the real server, as a test wants it."""

    def __init__(self, page: Page) -> None:
        self._sockets: list[WebSocketRoute] = []
        self.ended = False
        page.route_web_socket(re.compile("/voice/listen$"), self._connected)

    def _connected(self, socket: WebSocketRoute) -> None:
        self._sockets.append(socket)
        socket.on_message(self._take)
        self.tell("ready")

    def _take(self, frame: str | bytes) -> None:
        self.ended = self.ended or (isinstance(frame, str) and "end" in json.loads(frame))

    def tell(self, event: str, **more: object) -> None:
        self._sockets[-1].send(json.dumps({"event": event, **more}))

    def hear(self, text: str, *, sure: bool = True) -> None:
        self.tell("speech")
        self.tell("heard", text=text, alternatives=[], sure=sure)

    def hang_up(self) -> None:
        self._sockets[-1].close()


def hands_free(visit: Visit) -> Server:
    """Talk hands free; return the server's side of it once the page listens."""
    server = Server(visit.page)
    visit.button(SAY.free).click()
    expect(visit.doing).to_have_text(SAY.listening)
    return server


def test_who_cannot_hold_presses_twice_and_what_was_typed_stays(
    talker: Talker, address: str
) -> None:
    with talker.visit(address) as visit:
        server = Server(visit.page)
        visit.box.fill("Hello.")
        hold = visit.button(SAY.hold)
        hold.press("Enter")
        expect(visit.doing).to_have_text(SAY.listening_until)
        hold.press("Enter")
        expect(visit.doing).to_have_text(SAY.writing)
        visit.wait_for(lambda: server.ended)
        server.hear("I feel lonely.", sure=False)
        expect(visit.note).to_have_text(SAY.unsure)
        expect(visit.doing).to_have_text(SAY.off)
        expect(visit.box).to_have_value("Hello. I feel lonely.")
        expect(visit.box).to_be_focused()
        hold.press("Enter")
        expect(visit.doing).to_have_text(SAY.listening_until)
        hold.press("Enter")
        expect(visit.doing).to_have_text(SAY.writing)
        server.hear("")
        expect(visit.note).to_have_text(SAY.nothing_heard)
        expect(visit.box).to_have_value("Hello. I feel lonely.")


LISTEN_TO_A_TONE = """
async ([rate, pitch]) => {
  const context = new OfflineAudioContext(1, rate, rate);
  await context.audioWorklet.addModule("/look/microphone.js");
  const tone = new OscillatorNode(context, { frequency: pitch });
  const node = new AudioWorkletNode(context, "microphone");
  const samples = [];
  const whole = new Promise((resolve) => {
    node.port.onmessage = ({ data }) => {
      samples.push(...new Int16Array(data));
      if (samples.length > 15000) resolve();
    };
  });
  tone.connect(node).connect(context.destination);
  tone.start();
  await context.startRendering();
  await whole;
  return samples;
}
"""


@pytest.mark.parametrize("rate", [16_000, 44_100, 48_000])
def test_the_microphone_keeps_the_voice_and_folds_nothing_into_it(
    page: Page, address: str, rate: int
) -> None:
    page.goto(f"{address}/")

    def heard(pitch: int) -> np.ndarray[Any, Any]:
        samples = page.evaluate(LISTEN_TO_A_TONE, [rate, pitch])
        return np.array(samples[1_000:15_000]) / 32_768

    voice = heard(1_000)
    loudest = np.fft.rfftfreq(len(voice), 1 / 16_000)[np.abs(np.fft.rfft(voice)).argmax()]
    assert loudest == pytest.approx(1_000, abs=2)
    assert np.sqrt((voice**2).mean()) == pytest.approx(np.sqrt(0.5), rel=0.02)
    if rate > 16_000:
        assert np.sqrt((heard(10_000) ** 2).mean()) < 0.01


def test_what_was_heard_badly_is_asked_back_before_it_is_sent(
    talker: Talker, transcriber: Transcriber, address: str
) -> None:
    with talker.visit(address) as visit:
        server = hands_free(visit)
        server.hear("I feel lonely at night", sure=False)
        expect(visit.note).to_have_text(SAY.ask_back.format(words="I feel lonely at night"))
        expect(visit.box).to_have_value("I feel lonely at night")
        expect(visit.doing).to_have_text(SAY.speaking)
        asked_back = " ".join(visit.what_was_said(transcriber))
        assert share_heard("did you say I feel lonely at night", asked_back) > 0.85
        expect(visit.doing).to_have_text(SAY.listening)
        expect(visit.asked).to_have_count(0)
        server.hear("Yes.")
        expect(visit.asked).to_have_text("I feel lonely at night")
        expect(visit.box).to_have_value("")


def test_the_echo_of_the_coach_and_a_cough_are_no_turns(
    talker: Talker, conversation: Conversation, settings: Settings
) -> None:
    coach = Scripted(Reply(text=LONG * 4, kind="coaching"))
    with served_with(coach, conversation, settings) as address, talker.visit(address) as visit:
        server = hands_free(visit)
        server.hear("How is the evening?")
        for heard in ("nothing that has to be done", ""):
            expect(visit.doing).to_have_text(SAY.speaking)
            server.hear(heard)
        expect(visit.doing).to_have_text(SAY.speaking)
        expect(visit.doing).to_have_text(SAY.listening)
        expect(visit.asked).to_have_count(1)
        assert [one["cut"] for one in visit.said].count(False) == 4


def test_a_connection_that_breaks_off_is_told_and_the_talk_goes_on(
    talker: Talker, address: str
) -> None:
    with talker.visit(address) as visit:
        server = hands_free(visit)
        server.hang_up()
        expect(visit.note).to_have_text(SAY.connection_lost)
        expect(visit.button(SAY.free)).to_have_attribute("aria-pressed", "false")
        visit.type("thank you")
        visit.button(SAY.free).click()
        expect(visit.doing).to_have_text(SAY.listening)


def test_a_server_that_is_too_busy_is_told_in_its_words(talker: Talker, address: str) -> None:
    with talker.visit(address) as visit:
        server = hands_free(visit)
        server.tell("busy", message=STRINGS.voice_busy)
        server.hang_up()
        expect(visit.note).to_have_text(STRINGS.voice_busy)
        expect(visit.button(SAY.free)).to_have_attribute("aria-pressed", "false")
        visit.type("thank you")


def test_a_microphone_that_may_not_be_used_costs_the_talk_nothing(
    talker: Talker, address: str
) -> None:
    with talker.visit(address, arguments=("--deny-permission-prompts",)) as visit:
        visit.button(SAY.free).click()
        expect(visit.note).to_have_text(SAY.not_allowed)
        visit.button(SAY.hold).click()
        expect(visit.note).to_have_text(SAY.not_allowed)
        visit.type("thank you")


def test_a_machine_without_a_microphone_says_so(page: Page, address: str) -> None:
    page.goto(f"{address}/")
    page.get_by_role("button", name=SAY.free, exact=True).click()
    expect(page.locator(".voice-line .note")).to_have_text(SAY.no_microphone)


def test_a_voice_that_cannot_be_had_leaves_the_reply_in_writing(
    talker: Talker, address: str
) -> None:
    with talker.visit(address) as visit:
        visit.page.route("**/v1/audio/speech", lambda route: route.fulfill(status=503, body="{}"))
        visit.type("thank you")
        visit.button(SAY.read_aloud).click()
        expect(visit.note).to_have_text(SAY.cannot_speak)
        visit.type("thank you")


def test_a_page_without_a_voice_has_no_buttons_and_one_line(
    playwright: Playwright, conversation: Conversation, settings: Settings
) -> None:
    silent = settings.model_copy(update={"transcriber": "off", "speaker": "off"})
    with (
        served_with(conversation, conversation, silent) as address,
        launched(playwright) as browser,
    ):
        page = browser.new_page()
        page.goto(f"{address}/")
        expect(page.locator(".voice-missing")).to_have_text(missing_for_hearing(silent))
        for name in (SAY.hold, SAY.free, SAY.mute, SAY.read_aloud):
            expect(page.get_by_role("button", name=name, exact=True)).to_have_count(0)
        page.close()


def test_a_mute_is_remembered_and_nothing_else_is_kept(talker: Talker, address: str) -> None:
    with talker.visit(address) as visit:
        visit.type("thank you")
        assert visit.page.evaluate("localStorage.length + sessionStorage.length") == 0
        visit.button(SAY.mute).click()
        visit.page.reload()
        expect(visit.button(SAY.mute)).to_have_attribute("aria-pressed", "true")
        kept = visit.page.evaluate("[...Object.entries(localStorage)].flat().join()")
        assert set(words(kept)) == {"voice", "muted", "true", "speed", "volume", "1"}
        server = Server(visit.page)
        visit.page.reload()
        visit.button(SAY.free).click()
        expect(visit.doing).to_have_text(SAY.listening)
        server.hear("Thank you.")
        expect(visit.replies).to_have_count(1)
        expect(visit.doing).to_have_text(SAY.listening)
        assert visit.said == []


def test_a_crisis_reply_is_spoken_slower_than_another(talker: Talker, address: str) -> None:
    with talker.visit(address) as visit:
        for text in ("thank you", "I don't want to be here anymore"):
            visit.type(text)
            visit.button(SAY.read_aloud).last.click()
            expect(visit.doing).to_have_text(SAY.speaking)
            visit.button(SAY.stop_speaking).click()
            expect(visit.doing).to_have_text(SAY.off)
        speeds = [one["speed"] for one in visit.asked_to_say]
        assert speeds[0] == 1
        assert speeds[-1] < 1


def step(seconds: int) -> Reply:
    return Reply(
        text=f"Breathe out slowly.\n\nTake about {seconds} seconds for it. How was it?",
        kind="practice",
        practice=PracticePosition(id="self-compassion", step=1, steps=7, pause=seconds),
    )


def test_a_step_has_a_silence_that_is_seen_and_can_be_stopped(
    talker: Talker, conversation: Conversation, settings: Settings
) -> None:
    with (
        served_with(Scripted(step(2)), conversation, settings) as address,
        talker.visit(address) as visit,
    ):
        visit.type("begin")
        begin = visit.button(SAY.pause_begin.format(seconds=2))
        begin.click()
        expect(visit.page.get_by_role("timer")).to_be_visible()
        expect(visit.button(SAY.pause_end)).to_be_focused()
        visit.button(SAY.pause_end).click()
        expect(begin).to_be_focused()
        over = visit.page.get_by_text(SAY.pause_over.format(seconds=2))
        expect(over).to_have_count(0)
        begin.click()
        expect(over.first).to_be_visible()
        expect(visit.page.locator("body > .announcer")).to_have_text(
            SAY.pause_over.format(seconds=2)
        )


def test_with_hands_free_a_step_is_really_silent_for_its_seconds(
    talker: Talker, conversation: Conversation, settings: Settings, transcriber: Transcriber
) -> None:
    seconds = 4
    with (
        served_with(Scripted(step(seconds)), conversation, settings) as address,
        talker.visit(address) as visit,
    ):
        server = hands_free(visit)
        server.hear("Begin.")
        expect(visit.doing).to_have_text(SAY.quiet)
        visit.wait_for(lambda: len(visit.said) == 3)
        expect(visit.doing).to_have_text(SAY.listening)
        before, after = visit.said[1:]
        assert after["from"] - before["until"] >= seconds
        assert re.search("how (?:was|is) it", visit.what_was_said(transcriber)[-1].lower())


def test_next_ends_the_silence_and_is_a_message(
    talker: Talker, conversation: Conversation, settings: Settings
) -> None:
    with (
        served_with(Scripted(step(300)), conversation, settings) as address,
        talker.visit(address) as visit,
    ):
        server = hands_free(visit)
        server.hear("Begin.")
        expect(visit.doing).to_have_text(SAY.quiet)
        server.hear("Next.")
        expect(visit.asked).to_have_text(["Begin.", "Next."])
        expect(visit.page.get_by_role("timer")).to_have_count(0)
        expect(visit.doing).to_have_text(SAY.listening)


def test_leaving_the_page_shuts_the_microphone_and_silences_the_voice(
    talker: Talker, conversation: Conversation, settings: Settings
) -> None:
    coach = Scripted(Reply(text=LONG * 5, kind="coaching"))
    with served_with(coach, conversation, settings) as address, talker.visit(address) as visit:
        server = hands_free(visit)
        server.hear("How is the evening?")
        expect(visit.doing).to_have_text(SAY.speaking)
        visit.page.evaluate("dispatchEvent(new Event('leave'))")
        expect(visit.doing).to_have_text(SAY.off)
        assert visit.said[-1]["cut"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_control_of_the_voice_can_be_hit_by_a_thumb(
    talker: Talker, address: str, scheme: Any
) -> None:
    with talker.visit(address) as visit:
        visit.page.set_viewport_size({"width": 320, "height": 640})
        visit.page.emulate_media(color_scheme=scheme)
        visit.type("thank you")
        for control in (
            *(visit.button(name) for name in (SAY.hold, SAY.free, SAY.mute, SAY.read_aloud)),
            visit.page.get_by_role("button", name=STRINGS.tools.more, exact=True),
        ):
            size = control.bounding_box()
            assert size
            assert size["width"] >= 44
            assert size["height"] >= 44
            assert size["x"] >= 0
            assert size["x"] + size["width"] <= 320
        expect(visit.box).to_be_in_viewport(ratio=1)
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= 320
