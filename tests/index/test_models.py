"""Models that come inside packages: the pinned weights or none."""

import hashlib
from pathlib import Path

import pytest

from coach.errors import EmbeddingError
from coach.index import models
from coach.index.models import PACKAGED, Model, find_model, unpacked


@pytest.fixture
def packaged() -> Model:
    """The model whose weights come inside packages."""
    return find_model(PACKAGED)


def line_of(error: pytest.ExceptionInfo[EmbeddingError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


def test_a_folder_is_known_by_the_hash_of_its_weights(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"holds no model\.safetensors"):
        find_model(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    assert find_model(str(tmp_path)).fingerprint == hashlib.sha256(b"weights").hexdigest()


def test_weights_in_parts_are_joined_and_gone_again(packaged: Model) -> None:
    with unpacked(packaged) as whole:
        weights = Path(whole.source) / "model.safetensors"
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        # The file that the model's authors published.
        assert digest == "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
        assert whole.fingerprint == packaged.fingerprint
    assert not weights.exists()


def test_a_model_with_a_source_is_given_as_it_is(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    model = find_model(str(tmp_path))
    with unpacked(model) as whole:
        assert whole is model


def test_parts_with_another_hash_are_refused(
    packaged: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "PARTS", models.PARTS[:4])
    with pytest.raises(EmbeddingError, match="do not hold the pinned weights") as error:
        unpacked(packaged).__enter__()
    assert "requirements-weights.txt" in line_of(error)


def test_a_part_that_is_not_installed_is_named(
    packaged: Model, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(models, "PARTS", (*models.PARTS, "no-such-part-006"))
    with pytest.raises(EmbeddingError, match="no-such-part-006 is not installed") as error:
        unpacked(packaged).__enter__()
    assert "make run" in line_of(error)
