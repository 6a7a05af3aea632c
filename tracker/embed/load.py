"""Which encoder these settings mean, and the fastest way this machine has to run it."""

from __future__ import annotations

import json
from pathlib import Path

from tracker.embed.bundled import ModelFiles, bundled, in_folder
from tracker.embed.encoder import Encoder
from tracker.embed.weights import write_whole
from tracker.errors import ModelError
from tracker.settings import Settings

_HUB_MEMO = "hub.json"


def model_files(settings: Settings, *, fetch: bool = True) -> ModelFiles:
    """The model that the settings name: bundled by default, else a folder, else a name on the hub.

    Args:
        settings: ``embedding_model``, ``models_dir`` and ``offline`` count.
        fetch: whether a hub model that is not on this machine may be downloaded.

    Raises:
        ModelError: there is no such model here, and it cannot be had.
    """
    named, memo = settings.embedding_model, settings.models_dir
    if named is None:
        return bundled(memo)
    folder = Path(named).expanduser()
    if folder.is_dir():
        return in_folder(folder.absolute(), memo)
    if named.startswith((".", "/", "~")) or "\\" in named or named.count("/") > 1:
        raise ModelError(
            f"there is no model folder {named}",
            cure="set TRACKER_EMBEDDING_MODEL to a folder or a hub name, or unset it",
        )
    return in_folder(_from_hub(named, memo, fetch=fetch and not settings.offline), memo, named.rsplit("/", 1)[-1])


def load_encoder(
    settings: Settings, *, prepare: bool = True, exact: bool = False, threads: int | None = None
) -> Encoder:
    """The encoder for these settings, ready to use.

    Args:
        settings: which model, and where exported ones are kept.
        prepare: True where documents are embedded: a model that was never exported on this machine is exported now
            (10 to 30 seconds, once).  False where a person waits for an answer: such a model is a ``ModelError``, and
            search goes by words until it is prepared.
        exact: texts go through the full-precision graph, at half the speed or less.  Otherwise its weights are in 8
            bits (cosine 0.995 to the exact vectors, no loss in search).
        threads: processors for one pass; None takes up to four.

    Raises:
        ModelError: the model is missing, altered, cannot be downloaded, or is not prepared.
    """
    from tracker.embed.exporting import export_folder, read_card

    files = model_files(settings, fetch=prepare)
    folder = export_folder(settings.models_dir, files)
    card = read_card(folder)
    if card is None:
        if not prepare:
            raise ModelError(f"the model {files.name} is not prepared for search yet", cure="run: tracker embed")
        from tracker.embed.exporting import export

        card = export(files, settings.models_dir)
    if card.failure or (prepare and _gpu()):
        from tracker.embed.reference import ReferenceEncoder, load_transformer

        return ReferenceEncoder(load_transformer(files.folder), files.model)
    from tracker.embed.onnx import OnnxEncoder

    return OnnxEncoder(folder, card, threads=threads, quantised=not exact)


def ensure_prepared(settings: Settings) -> None:
    """Exports the model unless that was done: where nothing is left to embed, search still needs it.

    Raises:
        ModelError: the model is missing or altered, or cannot be written.
    """
    from tracker.embed.exporting import export, export_folder, read_card

    files = model_files(settings, fetch=not settings.offline)
    if read_card(export_folder(settings.models_dir, files)) is None:
        export(files, settings.models_dir)


def _gpu() -> bool:
    """Whether torch is loaded anyway and finds a GPU; never loads torch to ask."""
    import sys

    torch = sys.modules.get("torch")
    return bool(torch is not None and torch.cuda.is_available())


def _from_hub(name: str, memo: Path, *, fetch: bool) -> Path:
    known = _remembered(memo)
    if (before := known.get(name)) and Path(before).is_dir():
        return Path(before)
    from huggingface_hub import snapshot_download
    from huggingface_hub.errors import HfHubHTTPError, HFValidationError, LocalEntryNotFoundError

    try:
        folder = snapshot_download(name, local_files_only=True)
    except HFValidationError as error:
        raise ModelError(f"{name!r} is neither a folder nor a hub name", cure="set TRACKER_EMBEDDING_MODEL") from error
    except LocalEntryNotFoundError as error:
        if not fetch:
            raise ModelError(
                f"the model {name} is not on this machine", cure="run `tracker embed` once with a network"
            ) from error
        try:
            folder = snapshot_download(name)
        except (HfHubHTTPError, LocalEntryNotFoundError, OSError) as cause:
            raise ModelError(
                f"the model {name} cannot be downloaded: {(str(cause).splitlines() or ['no answer'])[0]}",
                cure="check the name and the network, or unset TRACKER_EMBEDDING_MODEL to use the bundled model",
            ) from cause
    known[name] = folder
    write_whole(memo / _HUB_MEMO, json.dumps(known, indent=1).encode())
    return Path(folder)


def _remembered(memo: Path) -> dict[str, str]:
    try:
        found = json.loads((memo / _HUB_MEMO).read_bytes())
    except (OSError, ValueError):
        return {}
    return {str(name): str(folder) for name, folder in found.items()} if isinstance(found, dict) else {}
