"""Every example of docs/api.md works as it stands there, but for its address and paths."""

import os
import re
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from fastapi import FastAPI

from coach.settings import PROJECT_ROOT, Settings
from tests.test_cli import environment
from tests.web.served import serving

DOCS = (PROJECT_ROOT / "docs" / "api.md").read_text("utf-8")
EXAMPLES = re.findall(r"```python\n(.*?)```", DOCS, re.S)
COMMANDS = re.findall(r"```sh\n(.*?)```", DOCS, re.S)
THERE = "http://127.0.0.1:7860"


@pytest.fixture(scope="module")
def address(app: FastAPI) -> Iterator[str]:
    with serving(app, lifespan="off") as address:
        yield address


def test_there_are_examples() -> None:
    assert len(EXAMPLES) >= 4
    assert COMMANDS


@pytest.mark.parametrize("example", EXAMPLES)
def test_an_example_runs(example: str, address: str, settings: Settings, tmp_path: Path) -> None:
    script = tmp_path / "example.py"
    server = f'command="{sys.executable}", args=["-m", "coach", "mcp"], cwd="{PROJECT_ROOT}"'
    example = example.replace('command="coach", args=["mcp"]', server)
    script.write_text(example.replace(THERE, address), "utf-8")
    done = subprocess.run(
        [sys.executable, str(script)],
        capture_output=True,
        text=True,
        check=False,
        env=environment(settings),
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip()


@pytest.mark.skipif(shutil.which("curl") is None, reason="curl is not installed")
@pytest.mark.parametrize("command", COMMANDS)
def test_a_command_runs(command: str, address: str) -> None:
    done = subprocess.run(
        ["sh", "-c", command.replace(THERE, address)],
        capture_output=True,
        text=True,
        check=False,
        env=os.environ,
    )
    assert '"coach":' in done.stdout, done.stderr
