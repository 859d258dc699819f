"""What is installed is what was pinned, under licences that were agreed to; the container is sound.

What needs a network is not here: `make audit` asks for known weaknesses.
"""

import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from coach.settings import PROJECT_ROOT

PINNED = re.compile(r"^([A-Za-z0-9._-]+)(?:\[[^]]*\])?==([^\s;\\]+)(.*(?:\n    .*)*)", re.M)
PERMISSIVE = re.compile(
    r"mit|isc|bsd|0bsd|(2|3)-clause bsd|apache|zlib|cc0-1\.0|psf-2\.0|python software foundation"
    r"|cnri-python|bsl-1\.0|unlicense|mpl-(1\.1|2\.0)|mozilla public",
)
"""Licences that ask for a notice at most, or (MPL) for the changes to their own files."""
SAID_ELSEWHERE = {"piper-tts"}
"""GPL-3: in the extra `voice` alone, and said in docs/voice.md."""


def pinned(name: str) -> dict[str, tuple[str, str]]:
    """Return version, and what else stands there, of each package of a file."""
    text = (PROJECT_ROOT / name).read_text("utf-8")
    return {canonicalize_name(m[1]): (m[2], m[3]) for m in PINNED.finditer(text)}


LOCK, CONSTRAINTS = pinned("requirements.lock"), pinned("constraints.txt")


def test_every_package_of_the_lock_has_hashes_and_the_version_of_the_constraints() -> None:
    assert len(LOCK) > 100
    assert [name for name, (_, rest) in LOCK.items() if "--hash=sha256:" not in rest] == []
    versions = {name: version for name, (version, _) in LOCK.items()}
    other = {
        name: (version, CONSTRAINTS[name][0])
        for name, version in versions.items()
        if name in CONSTRAINTS and CONSTRAINTS[name][0] != version
    }
    assert other == {}


def test_the_lock_holds_all_that_the_project_asks_for() -> None:
    project = tomllib.loads((PROJECT_ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    asked = map(Requirement, [*project["dependencies"], *project["optional-dependencies"]["voice"]])
    for one in asked:
        version = LOCK[canonicalize_name(one.name)][0]
        assert one.specifier.contains(version), one.name


def licence_of(name: str) -> str:
    """Return what a package says of its licence, by the newest field that says anything."""
    about = metadata(name)
    classified = [
        line.rpartition("::")[2].strip()
        for line in about.get_all("Classifier", [])
        if line.startswith("License ::") and "::" in line[11:]
    ]
    said = about.get("License-Expression") or "; ".join(classified) or about.get("License", "")
    return str(said).partition("\n")[0]


def is_permissive(licence: str) -> bool:
    """Tell whether a licence, or one of those that may be chosen from, is permissive."""
    for choice in re.split(r" OR |; ", licence.replace("(", "").replace(")", "")):
        parts = re.split(r" AND | WITH ", choice)
        if all(PERMISSIVE.match(part.strip().lower()) or "exception" in part for part in parts):
            return True
    return False


@pytest.mark.parametrize(
    ("licence", "expected"),
    [
        ("MIT", True),
        ("Apache-2.0 AND CNRI-Python", True),
        ("MPL-1.1 OR GPL-2.0-only OR MIT", True),
        ("GPL-3.0-or-later", False),
        ("MIT AND GPL-3.0-only", False),
        ("Other/Proprietary License", False),
        ("", False),
    ],
)
def test_a_licence_is_told_from_another(licence: str, *, expected: bool) -> None:
    assert is_permissive(licence) is expected


def test_every_package_is_under_a_licence_that_was_agreed_to() -> None:
    found = {}
    for name in LOCK:
        try:
            found[name] = licence_of(name)
        except PackageNotFoundError:  # of another system, or an extra that is not installed
            continue
    assert len(found) > 100
    refused = {name for name, licence in found.items() if not is_permissive(licence)}
    assert {name: found[name] for name in refused - SAID_ELSEWHERE} == {}


def test_the_weights_are_pinned_by_version_and_hash() -> None:
    from coach.index.encoder import PACKAGED, PACKAGED_SHA256

    assert re.fullmatch(r"[0-9a-f]{64}", PACKAGED_SHA256)
    assert canonicalize_name(PACKAGED) in LOCK


def test_a_linter_finds_nothing_in_the_dockerfile() -> None:
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))
    assert hadolint, "it comes with the extra `dev`"
    command = [hadolint, "--format", "json", str(PROJECT_ROOT / "Dockerfile")]
    ran = subprocess.run(command, capture_output=True, text=True, check=False)
    assert json.loads(ran.stdout) == []
    assert ran.returncode == 0


def test_the_container_is_what_the_documents_say() -> None:
    dockerfile = (PROJECT_ROOT / "Dockerfile").read_text("utf-8")
    final = dockerfile.rpartition("\nFROM ")[2]
    assert re.search(r"^USER [1-9]\d*:[1-9]\d*$", final, re.M), "not root"
    assert "HEALTHCHECK" in final
    assert "coach index build" in dockerfile, "the index, and with it the models, are inside"
    assert "HF_HUB_OFFLINE=1" in final
    compose = (PROJECT_ROOT / "compose.yaml").read_text("utf-8")
    assert compose.count("<<: *hardened") == 3
    for line in ("read_only: true", "cap_drop: [ALL]", "no-new-privileges:true", "internal: true"):
        assert line in compose
