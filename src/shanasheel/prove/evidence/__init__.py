"""Bundles of exhibits: written, and verified by strangers. Reads the ledger, knows no database."""

from shanasheel.prove.evidence.bag import BagWriter, FolderSink, OriginalChanged, Sink, ZipSink
from shanasheel.prove.evidence.layout import PROOF_SUFFIX, Sealed, pack_seal, parse_seal

__all__ = [
    "PROOF_SUFFIX",
    "BagWriter",
    "FolderSink",
    "OriginalChanged",
    "Sealed",
    "Sink",
    "ZipSink",
    "pack_seal",
    "parse_seal",
]
