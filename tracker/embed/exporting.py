"""Writes a model once as an ONNX graph: pooling and normalisation inside, token states as a second output.

A graph starts in a fifth of a second where sentence-transformers takes ten.
It lies in a folder named by the hash of the weights, so a changed model never
meets an old graph; the folder may be deleted at any time.
"""

from __future__ import annotations

import json
import logging
import os
import shutil
import tempfile
import warnings
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

from tracker.embed.bundled import ModelFiles
from tracker.embed.reference import load_transformer, prompt, window
from tracker.errors import ModelError

#: Raised when what is written changes; older folders are then written anew.
FORMAT = 2
GRAPH, WEIGHTS = "model.onnx", "model.weights"
QUANTISED, QUANTISED_WEIGHTS = "model.int8.onnx", "model.int8.weights"
TOKENIZER, CARD = "tokenizer.json", "card.json"
#: Below this cosine to the exact vectors the 8-bit graph is not used: processors without 8-bit products that hold the
#: whole sum (VNNI and its like) cut large ones off.
_CLOSE = 0.97
_PROBES = ("", "Attention is all you need.", "a longer text about word vectors, their sums and differences " * 8)


@dataclass(frozen=True, slots=True, kw_only=True)
class Card:
    """What an exported folder holds.

    Attributes:
        format: of the folder.
        model: name and hash.
        dims: length of a vector.
        max_tokens: the window.
        pad: id of the padding.
        query_prompt: stands before a query.
        document_prompt: stands before a document.
        quantised: whether the 8-bit graph may be used on this machine.
        files: all that must be there, with their sizes; folders of an earlier version tell none.
        failure: why the model could not be exported.
    """

    format: int
    model: str
    dims: int = 0
    max_tokens: int = 0
    pad: int = 0
    query_prompt: str = ""
    document_prompt: str = ""
    quantised: bool = True
    files: Mapping[str, int] = field(default_factory=dict)
    failure: str = ""


def export_folder(models: Path, files: ModelFiles) -> Path:
    """Where the graph of a model lies."""
    return models / f"{files.name}-{files.hash[:12]}-v{FORMAT}"


def read_card(folder: Path) -> Card | None:
    """What lies in an export folder; None when there is nothing usable and it must be written."""
    try:
        found = json.loads((folder / CARD).read_bytes())
        card = Card(**found)
        if card.format != FORMAT:
            return None
        if card.failure:
            return card
        whole = all((folder / name).is_file() for name in (GRAPH, WEIGHTS, QUANTISED, TOKENIZER))
        whole = whole and all((folder / name).stat().st_size == size for name, size in card.files.items())
    except (OSError, ValueError, TypeError, AttributeError):
        return None
    return card if whole else None


def export(files: ModelFiles, models: Path) -> Card:
    """Writes the graph of a model, checks it against the model and puts it in place at once.

    A model whose graph cannot be traced, or does not agree with the model, is
    remembered as such (``failure``), so that nobody tries again at every start.  One
    process at a time: the others wait for what it writes.

    Raises:
        ModelError: the model cannot be loaded, or the folder cannot be written.
    """
    from filelock import FileLock

    folder = export_folder(models, files)
    try:
        models.mkdir(parents=True, exist_ok=True)
        with FileLock(models / ".export.lock"):
            if (card := read_card(folder)) is not None:
                return card  # another process wrote it while this one waited
            for left in models.glob(".export-*"):  # by a process that was killed: nobody writes but who holds the lock
                shutil.rmtree(left, ignore_errors=True)
            return _put(files, models, folder)
    except OSError as error:
        raise _unwritable(models, error) from error


def _put(files: ModelFiles, models: Path, folder: Path) -> Card:
    transformer = load_transformer(files.folder)
    part = Path(tempfile.mkdtemp(dir=models, prefix=".export-"))
    try:
        card = _write(transformer, files, part)
        (part / CARD).write_text(json.dumps(asdict(card), indent=1), encoding="utf-8")
        _place(part, folder)
    finally:
        shutil.rmtree(part, ignore_errors=True)
    return card


def _write(transformer: Any, files: ModelFiles, part: Path) -> Card:
    os.environ["ORT_DISABLE_TELEMETRY"] = "1"  # as in ``onnx.py``; read when onnxruntime is imported
    from onnxruntime.capi.onnxruntime_pybind11_state import RuntimeException
    from torch.onnx import OnnxExporterError

    card = Card(
        format=FORMAT,
        model=files.model,
        dims=int(transformer.get_embedding_dimension()),
        max_tokens=window(transformer),
        pad=int(transformer.tokenizer.pad_token_id or 0),
        query_prompt=prompt(transformer, "query"),
        document_prompt=prompt(transformer, "document"),
    )
    try:
        (part / TOKENIZER).write_text(transformer.tokenizer.backend_tokenizer.to_str(), encoding="utf-8")
        with _quiet():
            traced = part / "traced.onnx"
            _trace(transformer, traced)
            _optimise(traced, part / GRAPH, WEIGHTS)
            small = part / "traced.int8.onnx"
            _quantise(traced, small)
            _optimise(small, part / QUANTISED, QUANTISED_WEIGHTS)
            traced.unlink()
            small.unlink()
        sizes = {file.name: file.stat().st_size for file in part.iterdir()}
        card = replace(card, quantised=_agree(transformer, card, part), files=sizes)
    except (OnnxExporterError, RuntimeException, ImportError, AttributeError, ValueError, RuntimeError) as error:
        for file in part.iterdir():
            file.unlink()
        reason = (str(error).strip().splitlines() or [type(error).__name__])[0]
        logging.getLogger(__name__).warning(
            "%s cannot be exported (%s): the slower reference is used", files.name, reason
        )
        return Card(format=FORMAT, model=files.model, failure=reason)
    return card


def _trace(transformer: Any, path: Path) -> None:
    """The graph: ids and mask, both ``[batch, tokens]``, to a vector a text and a vector a token, all of length 1."""
    import torch

    class Whole(torch.nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.modules_in_order = torch.nn.ModuleList(list(transformer))

        def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor) -> tuple[torch.Tensor, torch.Tensor]:
            features: dict[str, Any] = {"input_ids": input_ids, "attention_mask": attention_mask}
            for module in self.modules_in_order:
                features = module(features)
            normalize = torch.nn.functional.normalize
            return normalize(features["sentence_embedding"], dim=-1), normalize(features["token_embeddings"], dim=-1)

    device = next(transformer.parameters()).device
    ids = torch.ones((2, 16), dtype=torch.int64, device=device)
    mask = torch.ones((2, 16), dtype=torch.int64, device=device)
    mask[1, 8:] = 0
    batch, tokens = (
        torch.export.Dim("batch", min=1, max=4096),
        torch.export.Dim("tokens", min=2, max=window(transformer)),
    )
    axes = {0: batch, 1: tokens}
    program = torch.onnx.export(
        Whole().eval(),
        (ids, mask),
        dynamo=True,
        input_names=["input_ids", "attention_mask"],
        output_names=["text_vector", "token_vectors"],
        dynamic_shapes=(axes, axes),
        verbose=False,
    )
    if program is None:
        raise ValueError("the exporter gave no graph")
    program.save(str(path), external_data=False)


def _optimise(traced: Path, target: Path, weights: str) -> None:
    """The graph with its nodes fused and its weights in a file of their own.

    Such a graph is ready in 25 ms: the weights are mapped into memory instead
    of being read through the parser (97 ms), and nothing is left to fuse.
    """
    import onnxruntime

    options = onnxruntime.SessionOptions()
    # "Extended" holds on any processor; the level above it is bound to the one at hand.
    options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_ENABLE_EXTENDED
    options.optimized_model_filepath = str(target)
    options.add_session_config_entry("session.optimized_model_external_initializers_file_name", weights)
    options.add_session_config_entry("session.optimized_model_external_initializers_min_size_in_bytes", "1024")
    options.log_severity_level = 3
    onnxruntime.InferenceSession(str(traced), options, providers=["CPUExecutionProvider"])


def _quantise(graph: Path, target: Path) -> None:
    """The same graph with its weight matrices in 8 bits: twice as fast on processors with VNNI, a little less exact."""
    from onnxruntime.quantization import QuantType, quantize_dynamic

    quantize_dynamic(graph, target, weight_type=QuantType.QInt8, per_channel=True)


def _agree(transformer: Any, card: Card, part: Path) -> bool:
    """Whether the 8-bit graph is close enough to be used.

    Raises:
        ValueError: the exact graph does not give the model's own vectors.
    """
    import numpy as np

    from tracker.embed.onnx import OnnxEncoder
    from tracker.embed.reference import ReferenceEncoder

    expected = ReferenceEncoder(transformer, card.model).encode(_PROBES)
    found = OnnxEncoder(part, card, threads=1, quantised=False).encode(_PROBES)
    worst = float((expected * found).sum(axis=1).min())
    if not worst > 0.9999:
        raise ValueError(f"the exported graph differs from the model (cosine {worst:.5f})")
    if not np.isfinite(found).all():
        raise ValueError("the exported graph gives numbers that are not finite")
    small = OnnxEncoder(part, card, threads=1, quantised=True).encode(_PROBES)
    return bool((expected * small).sum(axis=1).min() >= _CLOSE)


def _place(part: Path, folder: Path) -> None:
    """Puts a finished folder in place; another process that was faster is left in possession."""
    if folder.exists() and read_card(folder) is None:
        shutil.rmtree(folder)
    try:
        part.chmod(0o755)
        part.rename(folder)
    except OSError:
        if read_card(folder) is None:
            raise


def _unwritable(models: Path, error: OSError) -> ModelError:
    return ModelError(
        f"the exported model cannot be written to {models}: {error.strerror or error}",
        cure="free some space there or make the folder writable",
    )


@contextmanager
def _quiet() -> Iterator[None]:
    """Silences the exporter's advice about operators and libraries that nobody here uses."""
    noisy = [logging.getLogger(name) for name in ("torch.onnx", "torch", "onnxscript", "root")]
    levels = [logger.level for logger in noisy]
    before = os.environ.get("TQDM_DISABLE")
    try:
        for logger in noisy:
            logger.setLevel(logging.ERROR)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in zip(noisy, levels, strict=True):
            logger.setLevel(level)
        if before is None:
            os.environ.pop("TQDM_DISABLE", None)
