"""Ties papers to concepts: weighted words and nearness of vectors, read by one small model that can say why."""

from tracker.concepts.linking.linker import Linker, LinkInput, Verdict
from tracker.concepts.linking.prototypes import Prototype, default_prototypes

__all__ = ["LinkInput", "Linker", "Prototype", "Verdict", "default_prototypes"]
