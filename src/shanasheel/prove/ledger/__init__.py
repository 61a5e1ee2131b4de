"""Merkle tree, tiles, signed checkpoints: knows neither people nor footage."""

from shanasheel.prove.ledger.check import LogReport, LogStep, check_log
from shanasheel.prove.ledger.checkpoints import (
    Checkpoint,
    parse_checkpoint,
    sign_checkpoint,
    verify_checkpoint,
)
from shanasheel.prove.ledger.commitments import (
    Leaf,
    canonical,
    leaf_of,
    open_commitment,
    parse_leaf,
)
from shanasheel.prove.ledger.faults import (
    CommitmentMismatch,
    LedgerDamaged,
    ProofMismatch,
    SignatureMismatch,
)
from shanasheel.prove.ledger.keys import load_or_create_key, verifier_path
from shanasheel.prove.ledger.log import Ledger
from shanasheel.prove.ledger.merkle import (
    EMPTY_ROOT,
    leaf_hash,
    node_hash,
    verify_consistency,
    verify_inclusion,
)
from shanasheel.prove.ledger.mirror import log_files, outgrown, rebuild_log, sizes_of
from shanasheel.prove.ledger.notes import (
    Note,
    Signature,
    Signer,
    Verifier,
    parse_note,
    parse_verifier,
    sign_note,
    verify_note,
)
from shanasheel.prove.ledger.reader import LedgerReader

__all__ = [
    "EMPTY_ROOT",
    "Checkpoint",
    "CommitmentMismatch",
    "Leaf",
    "Ledger",
    "LedgerDamaged",
    "LedgerReader",
    "LogReport",
    "LogStep",
    "Note",
    "ProofMismatch",
    "Signature",
    "SignatureMismatch",
    "Signer",
    "Verifier",
    "canonical",
    "check_log",
    "leaf_hash",
    "leaf_of",
    "load_or_create_key",
    "log_files",
    "node_hash",
    "open_commitment",
    "outgrown",
    "parse_checkpoint",
    "parse_leaf",
    "parse_note",
    "parse_verifier",
    "rebuild_log",
    "sign_checkpoint",
    "sign_note",
    "sizes_of",
    "verifier_path",
    "verify_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "verify_note",
]
