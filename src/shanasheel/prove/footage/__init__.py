"""Footage against its records: groups of pictures, and the cameras' own signatures."""

from shanasheel.prove.footage.anchors import Anchor, Anchors
from shanasheel.prove.footage.leaves import (
    gop_leaves,
    gop_root,
    kept_leaves,
    readable_leaves,
    stream_leaves,
)
from shanasheel.prove.footage.parts import (
    CLIP_PROOF_LIMIT_BYTES,
    ClipProof,
    Part,
    parse_clip_proof,
)
from shanasheel.prove.footage.signatures import SignatureCheck, check_file, check_packets
from shanasheel.prove.footage.spans import SpanProof, find_span, prove_span, verify_span

__all__ = [
    "CLIP_PROOF_LIMIT_BYTES",
    "Anchor",
    "Anchors",
    "ClipProof",
    "Part",
    "SignatureCheck",
    "SpanProof",
    "check_file",
    "check_packets",
    "find_span",
    "gop_leaves",
    "gop_root",
    "kept_leaves",
    "parse_clip_proof",
    "prove_span",
    "readable_leaves",
    "stream_leaves",
    "verify_span",
]
