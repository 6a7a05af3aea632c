"""The labs: what a transformer does, computed on the very model that ranks the search.

Each lab is a function of a :class:`LabModel` and the reader's own words that
returns a frozen result; all results have ``to_json`` and name the papers
behind what they show.  Nothing here needs torch.
"""

from tracker.concepts.labs.behind import BEHIND
from tracker.concepts.labs.forward import WHOLE, Ablation
from tracker.concepts.labs.heads import AttentionView, attention
from tracker.concepts.labs.inputs import InputEmbedding, input_embedding
from tracker.concepts.labs.layer_index import LayerIndex, ablation_key, build_layer_index, open_layer_index
from tracker.concepts.labs.layers import Ablated, TimeMachine, ablate, time_machine
from tracker.concepts.labs.lens import MatchLens, ScoreSum, Tokens, match_lens, match_tokens
from tracker.concepts.labs.library import BuildReport, LibraryText
from tracker.concepts.labs.memories import FiredUnits, UnitMemory, fired_units, unit_memory
from tracker.concepts.labs.memory_index import MemoryIndex, build_memory_index, open_memory_index
from tracker.concepts.labs.model import LabModel
from tracker.concepts.labs.recall import RecallTable, recall_ablated, recall_by_layer
from tracker.concepts.labs.results import LabPaper, LabResult, Recall
from tracker.concepts.labs.senses import ManyMeanings, many_meanings
from tracker.concepts.labs.story import Storyboard, storyboard
from tracker.concepts.labs.words import OCCUPATIONS, Arithmetic, BiasAxis, arithmetic, bias_axis

__all__ = [
    "BEHIND",
    "OCCUPATIONS",
    "WHOLE",
    "Ablated",
    "Ablation",
    "Arithmetic",
    "AttentionView",
    "BiasAxis",
    "BuildReport",
    "FiredUnits",
    "InputEmbedding",
    "LabModel",
    "LabPaper",
    "LabResult",
    "LayerIndex",
    "LibraryText",
    "ManyMeanings",
    "MatchLens",
    "MemoryIndex",
    "Recall",
    "RecallTable",
    "ScoreSum",
    "Storyboard",
    "TimeMachine",
    "Tokens",
    "UnitMemory",
    "ablate",
    "ablation_key",
    "arithmetic",
    "attention",
    "bias_axis",
    "build_layer_index",
    "build_memory_index",
    "fired_units",
    "input_embedding",
    "many_meanings",
    "match_lens",
    "match_tokens",
    "open_layer_index",
    "open_memory_index",
    "recall_ablated",
    "recall_by_layer",
    "storyboard",
    "time_machine",
    "unit_memory",
]
