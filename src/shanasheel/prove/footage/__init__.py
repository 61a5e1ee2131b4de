"""Footage against its records: groups of pictures, and the cameras' own signatures."""

from shanasheel.prove.footage.leaves import gop_leaves, gop_root, kept_leaves, readable_leaves
from shanasheel.prove.footage.spans import SpanProof, find_span, prove_span, verify_span

__all__ = [
    "SpanProof",
    "find_span",
    "gop_leaves",
    "gop_root",
    "kept_leaves",
    "prove_span",
    "readable_leaves",
    "verify_span",
]
