"""What machines do to a program: full and read-only disks, no network, no descriptors, a clock.

What is damaged, missing or killed is tested beside its part: `tests/index`,
`tests/safety/test_unavailable.py`, and with replicas by `make chaos`.
"""

import ast
import json
import os
import shutil
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

import pytest

from coach.settings import PROJECT_ROOT, Settings

COACH = f"{sys.executable} -m coach"
WALL_CLOCK = {"time.time", "datetime.now", "datetime.utcnow", "datetime.today", "date.today"}
DATES = {
    "coach/evaluation/report.py",
    "coach/index/build.py",
    "coach/library/importing/shelf.py",
    "coach/web/chat.py",
    "coach/web/limits.py",
}
"""Where the date is wanted for its own sake (when a build, an import, a report, a completion was
made), and where a package counts by it and a jump is met."""


def may(*command: str) -> bool:
    """Tell whether this user may run a command, such as one that makes namespaces."""
    if shutil.which(command[0]) is None:
        return False
    return subprocess.run(command, capture_output=True, check=False).returncode == 0


own_mounts = pytest.mark.skipif(
    not may("unshare", "--mount", "mount", "-t", "tmpfs", "none", "/mnt"),
    reason="mounting takes more rights",
)
own_network = pytest.mark.skipif(
    not may("unshare", "--net", "true"), reason="a network of one's own takes more rights"
)


def shell(settings: Settings, script: str, *namespaces: str) -> "subprocess.CompletedProcess[str]":
    """Run a script with the settings in its environment; `$CORPUS` and `$INDEX` are its folders."""
    places = {
        "COACH_CORPUS_DIR": str(settings.corpus_dir),
        "COACH_INDEX_DIR": str(settings.index_dir),
        "CORPUS": str(settings.corpus_dir),
        "INDEX": str(settings.index_dir),
    }
    command: Sequence[str] = ("sh", "-ec", script)
    return subprocess.run(
        ["unshare", *namespaces, *command] if namespaces else command,
        cwd=PROJECT_ROOT,
        env={**os.environ, **places},
        capture_output=True,
        text=True,
        check=False,
        timeout=200,
    )


def change(settings: Settings) -> None:
    path = settings.corpus_dir / "articles" / "long-sundays.md"
    path.write_text(f"{path.read_text()}\n## One more hour\n\nThe hour after that is shorter.\n")


def is_one_line(ran: "subprocess.CompletedProcess[str]") -> bool:
    lines = ran.stderr.strip().splitlines()
    return ran.returncode == 2 and len(lines) == 1 and "Traceback" not in ran.stderr


def test_a_file_that_can_grow_no_more_ends_a_build_in_one_line(workspace: Settings) -> None:
    before = (workspace.index_dir / "CURRENT").read_text()
    builds = sorted(path.name for path in (workspace.index_dir / "builds").iterdir())
    change(workspace)
    ran = shell(workspace, f"ulimit -f 100; exec {COACH} index build")
    assert is_one_line(ran), ran
    assert (workspace.index_dir / "CURRENT").read_text() == before
    assert sorted(path.name for path in (workspace.index_dir / "builds").iterdir()) == builds


@own_mounts
def test_a_full_disk_ends_a_build_in_one_line_and_the_old_index_answers(
    workspace: Settings,
) -> None:
    script = f"""
    size=$(du -sk "$INDEX" | cut -f1)
    mount -t tmpfs -o size=$((size + 3000))k none /mnt
    cp -a "$INDEX/." /mnt
    export COACH_INDEX_DIR=/mnt
    {COACH} ask --json "How do I do the self-compassion practice?"
    echo >> "$CORPUS/articles/long-sundays.md"
    {COACH} index build && exit 1
    sed -i '$ d' "$CORPUS/articles/long-sundays.md"
    {COACH} ask --json "How do I do the self-compassion practice?"
    """
    ran = shell(workspace, script, "--mount")
    first, second = (json.loads(line) for line in ran.stdout.splitlines())
    assert first["text"] == second["text"]
    assert first["citations"]
    assert "Traceback" not in ran.stderr
    assert len(ran.stderr.strip().splitlines()) == 1, ran.stderr


@own_mounts
def test_from_a_read_only_disk_everything_answers_and_a_build_says_why_not(
    workspace: Settings,
) -> None:
    script = f"""
    mount --bind "$INDEX" "$INDEX"
    mount -o remount,ro,bind "$INDEX"
    {COACH} ask --json "How do I do the self-compassion practice?"
    {COACH} index build
    """
    ran = shell(workspace, script, "--mount")
    assert json.loads(ran.stdout)["citations"]
    assert is_one_line(ran), ran
    assert "Read-only file system" in ran.stderr


@own_network
def test_without_any_network_questions_and_danger_are_answered(workspace: Settings) -> None:
    script = f"""
    {COACH} ask --json "How do I do the self-compassion practice?"
    {COACH} ask --json --region GB "I want to die"
    """
    ran = shell(workspace, script, "--net")
    question, danger = (json.loads(line) for line in ran.stdout.splitlines())
    assert question["citations"]
    assert danger["kind"] == "crisis"
    assert danger["resources"]


OUT_OF_DESCRIPTORS = """
import resource
from coach.dialogue.conversation import Conversation
from coach.dialogue.preparation import load_all
from coach.schema import Message
from coach.settings import Settings
conversation = Conversation.open(Settings.load())
load_all(conversation)
resource.setrlimit(resource.RLIMIT_NOFILE, (3, resource.getrlimit(resource.RLIMIT_NOFILE)[1]))
try:
    open("/dev/null")
except OSError:
    for said in ("I want to die", "How do I do the self-compassion practice?"):
        reply = conversation.reply([Message(role="user", content=said)], region="GB")
        print(reply.kind, len(reply.resources), len(reply.citations))
"""


@pytest.mark.skipif(not Path("/proc/self/fd").is_dir(), reason="needs Linux")
def test_out_of_file_descriptors_questions_and_danger_are_answered(workspace: Settings) -> None:
    script = f"exec {sys.executable} - <<'END'\n{OUT_OF_DESCRIPTORS}\nEND"
    ran = shell(workspace, script)
    danger, question = (line.split() for line in ran.stdout.splitlines())
    assert danger[0] == "crisis"
    assert int(danger[1]) > 0
    assert question[0] == "coaching"
    assert int(question[2]) > 0


def test_nothing_that_waits_or_rests_reads_a_clock_that_can_be_set() -> None:
    """A clock that jumps must end no wait and open no breaker: only dates are read from it."""
    found = set()
    for path in sorted((PROJECT_ROOT / "coach").rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text())):
            if isinstance(node, ast.ImportFrom) and node.module == "time":
                names = {alias.name for alias in node.names}
                assert "time" not in names, path
            if isinstance(node, ast.Call) and ast.unparse(node.func) in WALL_CLOCK:
                found.add(path.relative_to(PROJECT_ROOT).as_posix())
    assert found == DATES
