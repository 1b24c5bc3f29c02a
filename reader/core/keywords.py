"""Normal forms of words and keywords: all spellings of a keyword have the same form.

The feed's keywords have tens of thousands of spellings. Two are the same keyword if they differ only in case, accents,
hyphens or plural, or if one abbreviates the other: `Large Language Models (LLMs)`, `large-language model` and `LLM`
share the key `llm`.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping
from functools import lru_cache

from reader.core.text import fold

ABBREVIATIONS: Mapping[str, str] = {
    "ai": "artificial intelligence",
    "asr": "automatic speech recognition",
    "bev": "bird s eye view",
    "cfg": "classifier free guidance",
    "clip": "contrastive language image pretraining",
    "cot": "chain of thought",
    "cua": "computer use agent",
    "dit": "diffusion transformer",
    "dllm": "diffusion large language model",
    "dlm": "diffusion language model",
    "dmd": "distribution matching distillation",
    "dpo": "direct preference optimization",
    "ffn": "feed forward network",
    "gan": "generative adversarial network",
    "gnn": "graph neural network",
    "grpo": "group relative policy optimization",
    "gui": "graphical user interface",
    "i2v": "image to video",
    "icl": "in context learning",
    "iqa": "image quality assessment",
    "kg": "knowledge graph",
    "lalm": "large audio language model",
    "ldm": "latent diffusion model",
    "llm": "large language model",
    "lmm": "large multimodal model",
    "lora": "low rank adaptation",
    "lrm": "large reasoning model",
    "lvlm": "large vision language model",
    "mcp": "model context protocol",
    "mcts": "monte carlo tree search",
    "mdp": "markov decision process",
    "mllm": "multimodal large language model",
    "moe": "mixture of expert",
    "mtp": "multi token prediction",
    "nerf": "neural radiance field",
    "nvs": "novel view synthesis",
    "ocr": "optical character recognition",
    "ode": "ordinary differential equation",
    "opd": "on policy distillation",
    "pde": "partial differential equation",
    "peft": "parameter efficient finetuning",
    "ppo": "proximal policy optimization",
    "prm": "process reward model",
    "ptq": "post training quantization",
    "qat": "quantization aware training",
    "rag": "retrieval augmented generation",
    "rl": "reinforcement learning",
    "rlhf": "reinforcement learning from human feedback",
    "rlvr": "reinforcement learning with verifiable reward",
    "rnn": "recurrent neural network",
    "sae": "sparse autoencoder",
    "sam": "segment anything model",
    "sft": "supervised finetuning",
    "ssl": "self supervised learning",
    "ssm": "state space model",
    "svg": "scalable vector graphic",
    "t2i": "text to image",
    "t2v": "text to video",
    "tts": "text to speech",
    "uav": "unmanned aerial vehicle",
    "umm": "unified multimodal model",
    "vae": "variational autoencoder",
    "vfm": "vision foundation model",
    "vla": "vision language action",
    "vlm": "vision language model",
    "vln": "vision language navigation",
    "vqa": "visual question answering",
    "wer": "word error rate",
}
"""Unambiguous abbreviations of the field, with their expansions in normal form."""

_EXPANSIONS = {expansion: short for short, expansion in ABBREVIATIONS.items()}

# Authors write these apart, hyphenated or joined about equally often. The normal form is joined.
_JOINED = frozenset(("pre", "post", "mid", "multi", "fine", "auto"))
_JOIN = "\x03"

# `*` stays, because topic rules use it. All other characters that are not letters or digits separate words.
_ASCII = {code: chr(code) if chr(code).isalnum() else " " for code in range(128)} | {
    code: chr(code).lower() for code in range(ord("A"), ord("Z") + 1)
}
# `\x02` stays too: it separates the parts of a text for topics, and cleaned text never contains it.
_ASCII |= {ord(char): char for char in "*\x02"}
_NOT_ASCII = re.compile(r"[^\x00-\x7f]")

_PARENTHESES = re.compile(r"\s*\(\s*([^()]*?)\s*\)\s*$")


@lru_cache(5_000)
def _fold(char: str) -> str:
    """A non-ASCII letter without case and accents; any other character becomes a space."""
    return "".join(letter if letter.isalnum() else " " for letter in fold(char))


@lru_cache(50_000)
def normal_word(word: str) -> str:
    """The word without an English plural ending: crude, but consistent for all spellings."""
    if len(word) <= 3 or not word.endswith("s") or word.endswith(("ss", "us", "is", "ews", "ous")):
        return word + _JOIN if word in _JOINED else word
    if word.endswith("ies") and len(word) > 4:
        return word[:-3] + "y"
    if word.endswith(("sses", "shes", "ches", "xes", "zzes")):
        return word[:-2]
    return word[:-1]


def normal(text: str, form: Callable[[str], str] = normal_word) -> str:
    """The words in normal form, separated by single spaces: `Pre-trained LLMs!` is `pretrained llm`."""
    if not text.isascii():
        # Folding letter by letter gives the same result, and few letters are not ASCII.
        text = _NOT_ASCII.sub(lambda match: _fold(match[0]), text)
    line = " ".join(map(form, text.translate(_ASCII).split()))
    return line.replace(f"{_JOIN} ", "").replace(_JOIN, "") if _JOIN in line else line


def key(keyword: str) -> str:
    """The key that all spellings of a keyword share; empty if it has no word."""
    bare, short = _split_abbreviation(keyword)
    words = normal(bare)
    if short:
        return normal(short) or words
    return _EXPANSIONS.get(words, words)


def normalize(keyword: str) -> str:
    """The keyword for display: lower case, single spaces, and the abbreviation alone if it has one in parentheses.

    `Large Language Models (LLMs)` is `llms`; other parentheses stay.
    """
    bare, short = _split_abbreviation(keyword)
    return " ".join((short or bare).split()).lower()


def collapse(keywords: Iterable[str]) -> tuple[str, ...]:
    """The keywords without duplicates, in their order, each normalized."""
    forms: dict[str, str] = {}
    for keyword in keywords:
        if (shared := key(keyword)) and shared not in forms:
            forms[shared] = normalize(keyword)
    return tuple(forms.values())


def commonest(counts: Mapping[str, int]) -> dict[str, str]:
    """The most used spelling of each key; `counts` has the number of uses of each spelling.

    If several are equally common, the shortest wins, then the first in the alphabet.
    """
    totals: defaultdict[str, Counter[str]] = defaultdict(Counter)
    for keyword, count in counts.items():
        if shared := key(keyword):
            totals[shared][normalize(keyword)] += count
    return {shared: min(forms, key=lambda form: (-forms[form], len(form), form)) for shared, forms in totals.items()}


def _split_abbreviation(keyword: str) -> tuple[str, str]:
    """A keyword without the abbreviation in parentheses at its end, and the abbreviation, which may be empty."""
    keyword = keyword.strip()
    match = _PARENTHESES.search(keyword)
    if match is None:
        return keyword, ""
    bare, short = keyword[: match.start()], match[1]
    return (bare, short) if _abbreviates(short, bare) else (keyword, "")


def _abbreviates(short: str, words: str) -> bool:
    """Whether `words` has the letters of `short` in order, the first at the beginning of a word."""
    letters = [char for char in fold(short) if char.isalnum()]
    if not 2 <= len(letters) <= 8 or " " in short or len(short) >= len(words):
        return False
    if short[-1] == "s" and short[:-1].isupper():
        letters.pop()
    folded = fold(words)
    if not any(word.startswith(letters[0]) for word in re.split(r"[\W_]+", folded)):
        return False
    rest = iter(folded)
    return all(letter in rest for letter in letters)
