"""A tiny static model in a folder: the words of the meanings of `tests.embeddings_server`, each with its vector."""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from tests.embeddings_server import MEANINGS


def make_model(folder: Path, meanings: Sequence[Sequence[str]] = MEANINGS) -> Path:
    pytest.importorskip("model2vec")
    from safetensors.numpy import save_file
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import Whitespace

    words = {"[UNK]": 0} | {word: 1 + at for at, word in enumerate(word for one in meanings for word in one)}
    rows = np.zeros((len(words), len(meanings)), np.float32)
    for at, meaning in enumerate(meanings):
        for word in meaning:
            rows[words[word], at] = 1
    tokenizer = Tokenizer(WordLevel(words, unk_token="[UNK]"))
    tokenizer.pre_tokenizer = Whitespace()
    folder.mkdir(parents=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    save_file({"embeddings": rows}, folder / "model.safetensors")
    (folder / "config.json").write_text(json.dumps({"model_type": "model2vec", "normalize": True}))
    return folder
