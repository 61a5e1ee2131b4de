"""Merkle tree, tiles, signed checkpoints: knows neither people nor footage."""

from shanasheel.prove.ledger.check import LogReport, LogStep, check_log
from shanasheel.prove.ledger.checkpoints import Checkpoint, open_checkpoint, sign_checkpoint
from shanasheel.prove.ledger.commitments import (
    CommitmentFault,
    canonical,
    leaf_of,
    open_commitment,
)
from shanasheel.prove.ledger.keys import load_or_create_key
from shanasheel.prove.ledger.log import Ledger, LedgerReader
from shanasheel.prove.ledger.merkle import (
    ProofFault,
    Tree,
    hash_leaf,
    hash_node,
    verify_consistency,
    verify_inclusion,
)
from shanasheel.prove.ledger.notes import NoteFault, Verifier, open_note, sign_note
from shanasheel.prove.ledger.tiles import TileFault

__all__ = [
    "Checkpoint",
    "CommitmentFault",
    "Ledger",
    "LedgerReader",
    "LogReport",
    "LogStep",
    "NoteFault",
    "ProofFault",
    "TileFault",
    "Tree",
    "Verifier",
    "canonical",
    "check_log",
    "hash_leaf",
    "hash_node",
    "leaf_of",
    "load_or_create_key",
    "open_checkpoint",
    "open_commitment",
    "open_note",
    "sign_checkpoint",
    "sign_note",
    "verify_consistency",
    "verify_inclusion",
]
