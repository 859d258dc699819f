"""Write in CycloneDX's form what is installed: every package, and the weights that each carries.

Flow: `make sbom` -> cyclonedx-py lists the packages -> here their weights, each with its SHA-256,
and the weights that were learnt here -> `sbom.json`, if it is as the standard wants it.
"""

import hashlib
import json
import subprocess
import sys
from collections.abc import Iterator
from importlib.metadata import files
from pathlib import Path
from typing import Any

from cyclonedx.schema import SchemaVersion
from cyclonedx.validation.json import JsonStrictValidator

PROJECT = Path(__file__).resolve().parent.parent
FORM = SchemaVersion.V1_6
PARTS = {f".{number:03d}" for number in range(1, 6)}
"""What the parts of an archive of weights end in."""
WEIGHTS = {".bin", ".gguf", ".onnx", ".safetensors", *PARTS}
LEAST_BYTES = 500_000
"""What is smaller belongs to a package's tests, or to its code."""


def packages() -> dict[str, Any]:
    """Return what is installed beside this interpreter, as cyclonedx-py lists it."""
    command = [
        *(sys.executable, "-m", "cyclonedx_py", "environment", sys.executable),
        *("--pyproject", str(PROJECT / "pyproject.toml")),
        *("--output-reproducible", "--of", "JSON", "--spec-version", FORM.to_version()),
    ]
    listed: dict[str, Any] = json.loads(subprocess.check_output(command))  # noqa: S603 - all ours
    return listed


def with_weights(listed: dict[str, Any]) -> dict[str, Any]:
    """Return the same list, each package with the files of weights that it carries."""
    for package in listed["components"]:
        if found := [described(path, name) for path, name in weights_of(package["name"])]:
            package["components"] = found
    own = sorted((PROJECT / "coach").glob("*/learnt/*.npz"))
    listed["metadata"]["component"]["components"] = [
        described(path, path.relative_to(PROJECT).as_posix()) for path in own
    ]
    return listed


def weights_of(package: str) -> Iterator[tuple[Path, str]]:
    """Yield each file of weights of an installed package, and its name there."""
    for file in sorted(files(package) or ()):
        path = Path(str(file.locate()))
        if path.suffix in WEIGHTS and path.is_file() and path.stat().st_size >= LEAST_BYTES:
            yield path, file.as_posix()


def described(path: Path, name: str) -> dict[str, Any]:
    """Return a file of weights as a component."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
    hashes = [{"alg": "SHA-256", "content": digest}]
    return {"type": "machine-learning-model", "name": name, "hashes": hashes}


def main(target: Path) -> None:
    """Write the list; end with a line if it is not as the standard wants it."""
    written = json.dumps(with_weights(packages()), indent=1)
    if wrong := JsonStrictValidator(FORM).validate_str(written):
        sys.exit(f"{target} is not written, for it would be no valid CycloneDX: {wrong}")
    target.write_text(written, "utf-8")
    print(f"{target} is written.")  # noqa: T201


if __name__ == "__main__":
    main(Path(sys.argv[1]))
