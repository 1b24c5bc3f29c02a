"""A vocabulary of our own for papers that nobody wrote: words in the order of how often they come, and names."""

from __future__ import annotations

import math
from functools import lru_cache
from itertools import accumulate

_COMMON = """
the of and to a in we for that on is with as by this are an from our which can be it these show has have not
at model models their while both between across into such than more or existing however learning data method
language methods approach training tasks performance propose new based large using results also through over
framework without only each two each paper first work its where how under during one work they been when many
work task high most other all while then often further often same very may via but there no some what time set
reasoning generation benchmark images image text video information quality visual human different present
introduce improve achieve existing novel code available evaluation experiments demonstrate significantly state
art diverse complex multiple across single diffusion agents agent systems system real world knowledge input
output representation representations space level fine scale small long short policy reward reinforcement
context memory token tokens attention transformer architecture parameters inference efficient efficiency cost
computational compute speed memory accuracy gap robust robustness generalization domain domains dataset datasets
samples sample annotation labels supervised unsupervised self process problem challenges challenge limited
ability capabilities capability understanding analysis study findings insights key strong better best lower
higher improves improving improvement achieves achieving outperforms outperforming compared baselines baseline
previous prior recent advances progress powerful effective effectively enables enabling allows allowing requires
requiring leads leading remains remain address addressing tackle overcome explore exploring investigate
leverage leveraging combine combining integrate integrates design designed build building construct constructed
structure structured semantic spatial temporal dynamic static local global dense sparse joint multi cross
modal multimodal vision audio speech robot robots driving graph graphs search retrieval query queries answer
answers question questions user users instruction instructions feedback preference preferences alignment safety
risk bias error errors noise uncertainty confidence prediction predictions planning plan step steps stage stages
pipeline module modules component components layer layers feature features embedding embeddings latent encoder
decoder pretrained pretraining tuning adaptation transfer distillation compression quantization scaling law laws
theory theoretical empirical practical simple general unified flexible scalable interactive autonomous adaptive
consistent consistency coherent faithful diverse controllable realistic accurate reliable explicit implicit
objective loss gradient optimization convergence sampling distribution probability function value state action
environment environments simulation simulator trajectory trajectories exploration exploitation decision control
object objects scene scenes view views depth motion camera frame frames clip clips resolution pixel pixels mask
segmentation detection tracking recognition reconstruction rendering geometry shape mesh point points surface
editing style content identity face body hand pose animation story character music voice sound document
documents page pages table tables chart charts math mathematical proof program programs software repository
tool tools web mobile interface medical clinical patient biology protein molecule chemistry physics weather
climate finance market education social culture cultural legal news translation multilingual english chinese
low resource open source community release publicly project website github license
"""
"""The commonest words, the commonest first; a few stand twice."""

COINED = 200_000
"""Words of the long tail: names of systems, terms of one field, slips of the pen."""

_SYLLABLES = tuple(
    first + second for first in ("b", "d", "f", "g", "k", "l", "m", "n", "p", "r", "s", "t", "v", "z", "st", "tr")
    for second in ("a", "e", "i", "o", "u", "an", "er", "is")
)  # fmt: skip


def coined(number: int) -> str:
    """The word of the long tail with this number; no two are the same."""
    word = ""
    number += len(_SYLLABLES)
    while number:
        number, digit = divmod(number, len(_SYLLABLES))
        word += _SYLLABLES[digit]
    return word


@lru_cache(1)
def vocabulary() -> tuple[str, ...]:
    """All words, the commonest first."""
    common = dict.fromkeys(_COMMON.split())
    return (*common, *(coined(number) for number in range(COINED)))


KNEE = 2_500
"""The rank from which on words become rarer faster."""


@lru_cache(1)
def frequencies() -> list[float]:
    """Summed weights of the words.

    They follow the feed's own abstracts: 3.6 % of their words are the commonest one, 37 % are none of the commonest
    420, and 3,000 abstracts have 17,000 different words, 9,300 have 33,000.
    """
    return list(accumulate(_weight(rank) for rank in range(1, len(vocabulary()) + 1)))


def _weight(rank: int) -> float:
    return math.pow(min(rank, KNEE) + 1.5, -0.95) * math.pow(KNEE / max(rank, KNEE), 2.2)


FIRST_WORD_OF_CONTENT = 75
"""Words before this one in the vocabulary say nothing by themselves, so that titles do without them."""

_GIVEN_NAMES = """
Ada Bela Chen Dara Emre Farah Goran Hana Iris Jonas Kaito Lena Mina Noor Olga Petra Quan Ravi Sara Tomas Uma
Viktor Wei Ximena Yuki Zofia Anouk Bram Carlos Dunya Elif Femi Gita Hugo Ines Jamal Katya Luca Maren Nils
"""

AUTHORS = 100_000


@lru_cache(1)
def authors() -> tuple[str, ...]:
    """Names of authors, the busiest first."""
    given = _GIVEN_NAMES.split()
    return tuple(f"{given[number % len(given)]} {coined(number * 7 + 11).capitalize()}" for number in range(AUTHORS))


@lru_cache(1)
def diligence() -> list[float]:
    """Summed weights of the authors: few write much, most write once."""
    return list(accumulate(1 / (rank + 200) ** 0.9 for rank in range(AUTHORS)))


SUBJECTS: tuple[tuple[str, ...], ...] = (
    ("chain of thought", "reasoning model", "test time scaling"),
    ("tool use", "LLM agents", "agentic workflow"),
    ("text to image", "image generation", "diffusion transformer"),
    ("video generation", "text to video", "video diffusion"),
    ("vision language model", "multimodal large language model", "visual question answering"),
    ("GRPO", "policy optimization", "verifiable reward"),
    ("code generation", "software engineering", "program repair"),
    ("robot manipulation", "vision language action", "embodied agent"),
    ("retrieval augmented generation", "dense retrieval", "reranking"),
    ("long context", "context window", "length extrapolation"),
    ("image editing", "instruction based editing", "inpainting"),
    ("novel view synthesis", "Gaussian splatting", "3D reconstruction"),
    ("post training quantization", "low bit", "weight quantization"),
    ("KV cache", "speculative decoding", "inference acceleration"),
    ("knowledge distillation", "teacher model", "model compression"),
    ("jailbreak", "red teaming", "adversarial attack"),
    ("direct preference optimization", "reward model", "human preference"),
    ("LoRA", "parameter efficient fine-tuning", "instruction tuning"),
    ("mixture of experts", "linear attention", "state space model"),
    ("speech recognition", "text to speech", "speech synthesis"),
    ("GUI agent", "web agent", "computer use"),
    ("world model", "interactive environment", "game engine"),
    ("autonomous driving", "trajectory prediction", "lane"),
    ("theorem proving", "mathematical reasoning", "olympiad"),
    ("hallucination", "factuality", "calibration"),
    ("sparse autoencoder", "mechanistic interpretability", "circuits"),
    ("low resource language", "machine translation", "multilingual model"),
    ("medical imaging", "clinical", "radiology report"),
    ("time series forecasting", "anomaly detection", "forecasting model"),
    ("recommender system", "sequential recommendation", "user behavior"),
    ("protein design", "molecule generation", "drug discovery"),
    ("music generation", "sound effect", "audio generation"),
    ("object detection", "semantic segmentation", "tracking"),
    ("document understanding", "OCR", "chart understanding"),
    ("super resolution", "denoising", "image restoration"),
    ("data synthesis", "synthetic data", "data curation"),
    ("benchmark", "evaluation suite", "leaderboard"),
    ("multi-agent", "agent collaboration", "agent debate"),
    ("human motion", "talking head", "avatar"),
    ("graph neural network", "knowledge graph", "node classification"),
)
"""What papers are about, the commonest first: phrases that stand in their titles and abstracts."""
