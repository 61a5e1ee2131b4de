"""Bundles of exhibits: written, and verified by strangers. Reads the ledger, knows no database."""

from shanasheel.prove.evidence.bag import BagWriter, FolderSink, OriginalChanged, Sink, ZipSink
from shanasheel.prove.evidence.layout import PROOF_SUFFIX, Sealed, pack_seal, parse_seal
from shanasheel.prove.evidence.opening import HostileBundle, open_bag
from shanasheel.prove.evidence.report import LANGUAGES, BundleReport, BundleStep, Finding, State
from shanasheel.prove.evidence.verifying import Verifying, verify_bundle

__all__ = [
    "LANGUAGES",
    "PROOF_SUFFIX",
    "BagWriter",
    "BundleReport",
    "BundleStep",
    "Finding",
    "FolderSink",
    "HostileBundle",
    "OriginalChanged",
    "Sealed",
    "Sink",
    "State",
    "Verifying",
    "ZipSink",
    "open_bag",
    "pack_seal",
    "parse_seal",
    "verify_bundle",
]
