"""Merkle tree, tiles, signed checkpoints: knows neither people nor footage."""

from shanasheel.base.hashing import EMPTY_ROOT, leaf_hash, node_hash
from shanasheel.prove.ledger.audit import AuditReport, audit_log
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
from shanasheel.prove.ledger.cosignatures import (
    Algorithm,
    CosignerKey,
    CosignerSigner,
    cosigned_at,
    new_cosigner,
    parse_cosigner_key,
)
from shanasheel.prove.ledger.cosigned import COSIGNED, CosignedHeads
from shanasheel.prove.ledger.cosigner import (
    Cosigner,
    Followed,
    follow,
    followed,
    origin_hash,
)
from shanasheel.prove.ledger.disk import disk_faults
from shanasheel.prove.ledger.faults import (
    CommitmentMismatch,
    LedgerDamaged,
    ProofMismatch,
    SignatureMismatch,
    SignerAway,
    TimestampMismatch,
)
from shanasheel.prove.ledger.fsck import TileReport, check_tiles, repair_tiles
from shanasheel.prove.ledger.judging import Reply
from shanasheel.prove.ledger.keys import (
    load_or_create_cosigner_key,
    load_or_create_key,
    verifier_path,
)
from shanasheel.prove.ledger.log import Ledger
from shanasheel.prove.ledger.log_signer import LOG_KEY, LOG_MEMORY, LogSigner
from shanasheel.prove.ledger.merkle import verify_consistency, verify_inclusion
from shanasheel.prove.ledger.mirror import (
    log_files,
    outgrown,
    public_tile,
    rebuild_log,
    sizes_of,
)
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
from shanasheel.prove.ledger.policy import (
    POLICY_LIMIT_BYTES,
    Dependence,
    Independence,
    Policy,
    PolicyMistake,
    Verdict,
    parse_policy,
)
from shanasheel.prove.ledger.quorum import check_quorum
from shanasheel.prove.ledger.reader import CHECKPOINT, LedgerReader, read_note
from shanasheel.prove.ledger.signing import AskedSigner, HeadSigner, KeyInHand
from shanasheel.prove.ledger.stamp_check import StampReport, StampSeen, check_timestamps
from shanasheel.prove.ledger.stamps import (
    TIMESTAMPS,
    KeptStamp,
    KeptStamps,
    is_authority_name,
)
from shanasheel.prove.ledger.submissions import (
    REQUEST_LIMIT_BYTES,
    SIZE_TYPE,
    Submission,
    pack_submission,
    parse_cosignatures,
    parse_size,
    parse_submission,
)
from shanasheel.prove.ledger.timestamps import (
    TIMESTAMP_LIMIT_BYTES,
    Timestamp,
    TimestampTrust,
    check_policy,
    is_refusal,
    is_root,
    pem_of,
    read_certificates,
    timestamp_query,
    trust_of,
    verify_timestamp,
)

__all__ = [
    "CHECKPOINT",
    "COSIGNED",
    "EMPTY_ROOT",
    "LOG_KEY",
    "LOG_MEMORY",
    "POLICY_LIMIT_BYTES",
    "REQUEST_LIMIT_BYTES",
    "SIZE_TYPE",
    "TIMESTAMPS",
    "TIMESTAMP_LIMIT_BYTES",
    "Algorithm",
    "AskedSigner",
    "AuditReport",
    "Checkpoint",
    "CommitmentMismatch",
    "CosignedHeads",
    "Cosigner",
    "CosignerKey",
    "CosignerSigner",
    "Dependence",
    "Followed",
    "HeadSigner",
    "Independence",
    "KeptStamp",
    "KeptStamps",
    "KeyInHand",
    "Leaf",
    "Ledger",
    "LedgerDamaged",
    "LedgerReader",
    "LogReport",
    "LogSigner",
    "LogStep",
    "Note",
    "Policy",
    "PolicyMistake",
    "ProofMismatch",
    "Reply",
    "Signature",
    "SignatureMismatch",
    "Signer",
    "SignerAway",
    "StampReport",
    "StampSeen",
    "Submission",
    "TileReport",
    "Timestamp",
    "TimestampMismatch",
    "TimestampTrust",
    "Verdict",
    "Verifier",
    "audit_log",
    "canonical",
    "check_log",
    "check_policy",
    "check_quorum",
    "check_tiles",
    "check_timestamps",
    "cosigned_at",
    "disk_faults",
    "follow",
    "followed",
    "is_authority_name",
    "is_refusal",
    "is_root",
    "leaf_hash",
    "leaf_of",
    "load_or_create_cosigner_key",
    "load_or_create_key",
    "log_files",
    "new_cosigner",
    "node_hash",
    "open_commitment",
    "origin_hash",
    "outgrown",
    "pack_submission",
    "parse_checkpoint",
    "parse_cosignatures",
    "parse_cosigner_key",
    "parse_leaf",
    "parse_note",
    "parse_policy",
    "parse_size",
    "parse_submission",
    "parse_verifier",
    "pem_of",
    "public_tile",
    "read_certificates",
    "read_note",
    "rebuild_log",
    "repair_tiles",
    "sign_checkpoint",
    "sign_note",
    "sizes_of",
    "timestamp_query",
    "trust_of",
    "verifier_path",
    "verify_checkpoint",
    "verify_consistency",
    "verify_inclusion",
    "verify_note",
    "verify_timestamp",
]
