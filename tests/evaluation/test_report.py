"""What is shown of an evaluation: tables, Markdown, JSON, and no text of any row."""

import io
import json
import re
import subprocess

import pytest
from rich.console import Console

from coach.evaluation.figures import Share, calibration
from coach.evaluation.gates import Gate, breaches
from coach.evaluation.measured import Measured, Miss
from coach.evaluation.report import (
    Provenance,
    as_json,
    as_markdown,
    misses_table,
    provenance,
    tables,
)
from coach.settings import PROJECT_ROOT

PRIVATE = "what someone told us [bold]at night[/bold]"
MEASURED = Measured(
    name="screen",
    rows=400,
    shares={"crisis_recall": Share(80, 100), "false_crisis": Share(3, 300)},
    by={"voice": {"teen": {"crisis_recall": Share(8, 10)}, "older": {"false_crisis": Share(0, 7)}}},
    calibrations={"crisis": calibration([0.2] * 5 + [0.8] * 5, [False] * 5 + [True] * 5)},
    misses=(Miss("s1", "crisis_recall", "crisis", "none", PRIVATE),),
)
GATES = (
    Gate("screen", "crisis_recall", "min", 0.82),
    Gate("screen", "false_crisis", "max", 0.05),
    Gate("retrieval", "right_topic_first", "min", 0.73),
)
BEYOND = breaches(GATES, {"screen": MEASURED.figures})
MADE = Provenance("coach eval safety", "2026-11-26", "0123456789ab", "A chip", {"numpy": "2.4"})


def printed(*things: object) -> str:
    page = io.StringIO()
    Console(file=page, width=200, highlight=False, emoji=False).print(*things, sep="\n")
    return page.getvalue()


def test_the_tables_show_value_interval_count_and_gate() -> None:
    shown = {heading: printed(table) for heading, table in tables([MEASURED], GATES)}
    assert list(shown) == ["screen: 400 rows", "screen by voice", "screen: chances of crisis"]
    lines = shown["screen: 400 rows"].splitlines()
    low, high = Share(80, 100).interval.low, Share(80, 100).interval.high
    recall = f"crisis recall 0.800 {low:.3f} to {high:.3f} 80 of 100 at least 0.82: beyond"
    assert " ".join(lines[1].split()) == recall
    assert " ".join(lines[2].split()).endswith("3 of 300 at most 0.05")
    assert " ".join(lines[3].split()).startswith("crisis calibration error 0.200")
    assert re.search(r"teen +0\.80 \(0\.49-0\.94\) of 10 +-", shown["screen by voice"])


def test_the_report_says_where_figures_come_from_and_what_is_beyond() -> None:
    page = as_markdown([MEASURED], GATES, BEYOND, MADE)
    assert "`coach eval safety` on 2026-11-26 at commit `0123456789ab`" in page
    assert "A chip" in page
    assert "numpy 2.4" in page
    assert "- screen.crisis_recall is 0.8000; its gate is at least 0.82." in page
    assert "Every figure is within its gate" not in page
    assert "Every figure is within its gate." in as_markdown([MEASURED], GATES, [], MADE)


def test_the_report_needs_no_commit() -> None:
    made = Provenance("coach eval safety", "2026-11-26", None, "A chip", {})
    assert "on 2026-11-26.\n" in as_markdown([MEASURED], GATES, BEYOND, made)


def test_every_table_of_the_report_is_markdown() -> None:
    page = as_markdown([MEASURED], GATES, BEYOND, MADE)
    blocks = [block for block in page.split("\n\n") if block.startswith("|")]
    assert len(blocks) == 3
    for block in blocks:
        head, rule, *rows = block.splitlines()
        assert re.fullmatch(r"\|(-+\|)+", rule)
        assert rows
        assert {line.count("|") for line in (head, rule, *rows)} == {head.count("|")}
        assert all(line.startswith("|") and line.endswith("|") for line in (head, *rows))


def test_no_text_is_shown_unless_it_is_asked_for() -> None:
    everything = [
        printed(*(table for _, table in tables([MEASURED], GATES))),
        as_markdown([MEASURED], GATES, BEYOND, MADE),
        json.dumps(as_json([MEASURED], GATES, BEYOND, MADE)),
    ]
    assert [page for page in everything if "told us" in page] == []
    assert PRIVATE in json.dumps(as_json([MEASURED], GATES, BEYOND, MADE, misses=True))
    assert PRIVATE in printed(misses_table([MEASURED]))


def test_json_has_every_figure() -> None:
    whole = json.loads(json.dumps(as_json([MEASURED], GATES, BEYOND, MADE), allow_nan=False))
    screen = whole["sets"]["screen"]
    interval = Share(80, 100).interval
    assert screen["shares"]["crisis_recall"] == {
        "hits": 80,
        "of": 100,
        "value": 0.8,
        "low": interval.low,
        "high": interval.high,
    }
    assert screen["by"]["voice"]["older"]["false_crisis"]["of"] == 7
    assert screen["calibration"]["crisis"]["error"] == pytest.approx(0.2)
    assert [b["of"] for b in screen["calibration"]["crisis"]["bins"]] == [1] * 10
    assert [gate["table"] for gate in whole["gates"]] == ["screen", "screen"]
    assert [breach["gate"]["figure"] for breach in whole["beyond"]] == ["crisis_recall"]
    assert whole["made"]["commit"] == "0123456789ab"


def test_provenance_is_that_of_this_machine() -> None:
    made = provenance("coach eval safety")
    assert made.command == "coach eval safety"
    assert re.fullmatch(r"\d{4}-\d\d-\d\d", made.date)
    assert {"python", "homeward", "numpy", "scipy", "onnxruntime"} <= set(made.versions)
    if (PROJECT_ROOT / ".git").exists():
        head = subprocess.check_output(["git", "rev-parse", "HEAD"], cwd=PROJECT_ROOT, text=True)
        assert head.startswith((made.commit or "none").removesuffix("-dirty"))


def test_without_git_there_is_no_commit(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    assert provenance("coach eval safety").commit is None
