"""Models that come inside packages: the pinned weights or none."""

import hashlib
from pathlib import Path

import pytest

from coach.errors import EmbeddingError
from coach.index import models
from coach.index.models import Model, find_model, reading_model, unpacked
from coach.settings import Settings


@pytest.fixture(scope="module")
def model(settings: Settings) -> Model:
    """The packaged model, its weights checked."""
    return find_model(settings.embedding_model)


def line_of(error: pytest.ExceptionInfo[EmbeddingError]) -> str:
    text = str(error.value)
    assert "\n" not in text
    return text


def test_the_packaged_model_has_the_pinned_weights(model: Model) -> None:
    assert model.fingerprint == "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
    weights = Path(model.source) / "model.safetensors"
    assert hashlib.sha256(weights.read_bytes()).hexdigest() == model.fingerprint


def test_weights_with_another_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PACKAGED_SHA256", "0" * 64)
    with pytest.raises(EmbeddingError, match="not the pinned file") as error:
        find_model(models.PACKAGED)
    assert "reinstall" in line_of(error)


def test_a_package_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "PACKAGED", "gt-no-such-model")
    with pytest.raises(EmbeddingError, match="gt-no-such-model is not installed") as error:
        find_model("gt-no-such-model")
    assert "make run" in line_of(error)


def test_a_package_without_its_weights_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    (tmp_path / "gt_empty_model").mkdir()
    (tmp_path / "gt_empty_model" / "__init__.py").touch()
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.setattr(models, "PACKAGED", "gt-empty-model")
    with pytest.raises(EmbeddingError, match=r"model\.safetensors is missing"):
        find_model("gt-empty-model")


def test_a_folder_is_known_by_the_hash_of_its_weights(tmp_path: Path) -> None:
    with pytest.raises(EmbeddingError, match=r"holds no model\.safetensors"):
        find_model(str(tmp_path))
    (tmp_path / "model.safetensors").write_bytes(b"weights")
    assert find_model(str(tmp_path)).fingerprint == hashlib.sha256(b"weights").hexdigest()


def test_weights_in_parts_are_joined_and_gone_again() -> None:
    with unpacked(reading_model()) as whole:
        weights = Path(whole.source) / "model.safetensors"
        with weights.open("rb") as file:
            digest = hashlib.file_digest(file, "sha256").hexdigest()
        # The file that the model's authors published.
        assert digest == "78c0197b6159d92658e319bc1d72e4c73a9a03dd03815e70e555c5ef05615658"
        assert whole.fingerprint == reading_model().fingerprint
    assert not weights.exists()


def test_a_model_with_a_source_is_given_as_it_is(model: Model) -> None:
    with unpacked(model) as whole:
        assert whole is model


def test_parts_with_another_hash_are_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "READING_PARTS", models.READING_PARTS[:4])
    with pytest.raises(EmbeddingError, match="do not hold the pinned weights") as error:
        unpacked(reading_model()).__enter__()
    assert "requirements-weights.txt" in line_of(error)


def test_a_part_that_is_not_installed_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(models, "READING_PARTS", (*models.READING_PARTS, "no-such-part-006"))
    with pytest.raises(EmbeddingError, match="no-such-part-006 is not installed") as error:
        unpacked(reading_model()).__enter__()
    assert "make run" in line_of(error)
