"""The command line, as a person or a script uses it."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from coach.cli import main
from coach.settings import PROJECT_ROOT, Settings

POST = """The Kettle and the Window

Some evenings the kettle is the loudest thing in the house, and you listen to it.

The Quiet After Work

A neighbour once told me that she boils water twice, only to hear something answer her.
The second cup goes cold on the windowsill beside the geranium that nobody waters.

This post is part of my series on quiet evenings. Tell me yours in the comments below.

Leave a Reply

Your email address will not be published. Required fields are marked *
"""


def run(
    *args: str, given: str = "", settings: Settings | None = None
) -> subprocess.CompletedProcess[str]:
    """Run `python -m coach` as a process of its own."""
    environment = dict(os.environ)
    if settings:
        environment["COACH_CORPUS_DIR"] = str(settings.corpus_dir)
        environment["COACH_INDEX_DIR"] = str(settings.index_dir)
    return subprocess.run(
        [sys.executable, "-m", "coach", *args],
        input=given,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        cwd=PROJECT_ROOT,
        env=environment,
    )


def fails(capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch, *args: str) -> str:
    """Return the one line that the command ends with; its exit code must be 2."""
    monkeypatch.setattr(sys, "argv", ["coach", *args])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 2
    error = capsys.readouterr().err.strip()
    assert "Traceback" not in error
    assert len(error.splitlines()) == 1
    return error


@pytest.mark.usefixtures("settings")
def test_two_hundred_lines_are_answered_in_one_process() -> None:
    turns = ["How do I do the self-compassion practice?", "thanks"]
    lines = [
        json.dumps(
            {"id": n, "turns": turns, "region": "GB"} if n % 2 else {"id": n, "turns": turns}
        )
        for n in range(200)
    ]
    done = run("ask", "--jsonl", given="\n".join(lines))
    assert done.returncode == 0, done.stderr
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == list(range(200))
    for answer in answers:
        first, second = answer["replies"]
        assert first["citations"][0]["article"] == "self-compassion"
        assert second["kind"] == "smalltalk"


@pytest.mark.usefixtures("settings")
def test_lines_that_cannot_be_read_say_why_and_the_others_are_answered() -> None:
    lines = [
        "no json",
        '{"id": "a", "turns": []}',
        '{"id": "b", "turns": ["hello"], "mood": 3}',
        '{"id": "c", "turns": ["hello"], "region": "Great Britain"}',
        '{"id": "d", "turns": ["x"], "region": "GB"}',
        json.dumps({"id": "e", "turns": ["lonely " * 20_000, "hello"]}),
    ]
    done = run("ask", "--jsonl", given="\n".join(lines))
    answers = [json.loads(line) for line in done.stdout.splitlines()]
    assert [answer["id"] for answer in answers] == [None, "a", "b", "c", "d", "e"]
    assert ["error" in answer for answer in answers] == [True, True, True, True, False, False]
    assert "mood" in answers[2]["error"]
    assert "140,000 characters" in answers[5]["replies"][0]["text"]
    assert answers[5]["replies"][1]["kind"] == "smalltalk"
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


@pytest.mark.usefixtures("settings")
def test_json_is_the_reply_and_nothing_else() -> None:
    done = run("ask", "I don't want to be here anymore", "--json", "--region", "us")
    reply = json.loads(done.stdout)
    assert reply["kind"] == "crisis"
    assert reply["risk"]["level"] == "crisis"
    assert "988" in {resource["call"] for resource in reply["resources"]}


def test_a_text_file_is_imported_indexed_and_cited(workspace: Settings, tmp_path: Path) -> None:
    post = tmp_path / "kettle-and-window.txt"
    post.write_text(POST)
    done = run("import", str(post), settings=workspace)
    assert done.returncode == 0, done.stderr
    assert "left out: Leave a Reply" in done.stdout
    asked = "What did the neighbour say about boiling water twice in the quiet after work?"
    reply = json.loads(run("ask", asked, "--json", settings=workspace).stdout)
    assert reply["citations"][0]["article"] == "kettle-and-window"
    again = run("import", str(post), settings=workspace)
    assert again.stdout.startswith("unchanged")
    assert "0 texts embedded anew" in again.stdout


def test_status_says_when_the_corpus_has_changed(workspace: Settings) -> None:
    assert run("index", "status", settings=workspace).returncode == 0
    article = next((workspace.corpus_dir / "articles").glob("*.md"))
    article.write_text(article.read_text() + "\nA line more.\n")
    changed = run("index", "status", settings=workspace)
    assert changed.returncode == 1
    assert "stale" in changed.stdout


def test_doctor_names_what_is_wrong_and_what_to_do(workspace: Settings) -> None:
    well = run("doctor", settings=workspace)
    assert well.returncode == 0, well.stdout
    (workspace.index_dir / "CURRENT").unlink()
    ill = run("doctor", settings=workspace)
    assert ill.returncode == 1
    assert "coach index build" in ill.stdout


def test_corpus_check_prints_file_and_line(workspace: Settings) -> None:
    article = workspace.corpus_dir / "articles" / "alone-in-a-crowd.md"
    article.write_text(article.read_text() + "\n\nSee [this](nowhere-at-all).\n")
    line = len(article.read_text().splitlines())
    done = run("corpus", "check", settings=workspace)
    assert done.returncode == 1
    assert f"alone-in-a-crowd.md:{line}: dead link 'nowhere-at-all'" in done.stderr


@pytest.mark.parametrize(
    ("args", "says"),
    [
        (("ask",), "--jsonl"),
        (("ask", "hello", "--jsonl"), "--jsonl"),
        (("ask", "hello", "--region", "England"), "two letters"),
        (("import", "no-such-file.txt"), "is not there"),
        (("import", "Makefile"), "cannot be imported"),
        (("import", "corpus"), "cannot be imported"),
    ],
)
def test_a_mistake_ends_with_one_line_that_says_what_to_do(
    capsys: pytest.CaptureFixture[str],
    monkeypatch: pytest.MonkeyPatch,
    args: tuple[str, ...],
    says: str,
) -> None:
    monkeypatch.chdir(PROJECT_ROOT)
    assert says in fails(capsys, monkeypatch, *args)


def test_an_unknown_setting_is_named(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("COACH_MODLE", "x")
    assert "COACH_MODLE" in fails(capsys, monkeypatch, "index", "status")


@pytest.mark.usefixtures("settings")
def test_a_message_of_100_000_characters_is_refused_on_one_line(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "100,000 characters" in fails(capsys, monkeypatch, "ask", "a " * 50_000)


def test_the_version_is_printed(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys, "argv", ["coach", "--version"])
    with pytest.raises(SystemExit) as ended:
        main()
    assert ended.value.code == 0
    assert capsys.readouterr().out.startswith("homeward ")
