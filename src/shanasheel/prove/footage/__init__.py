"""Footage against its records: groups of pictures, and the cameras' own signatures."""

from shanasheel.prove.footage.leaves import gop_leaves, gop_root
from shanasheel.prove.footage.spans import SpanProof, find_span, prove_span, verify_span

__all__ = ["SpanProof", "find_span", "gop_leaves", "gop_root", "prove_span", "verify_span"]
