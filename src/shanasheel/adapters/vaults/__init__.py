"""Places that keep copies of footage and proof: a folder, or S3-compatible storage."""

from shanasheel.adapters.vaults.folder import FolderVault
from shanasheel.adapters.vaults.s3 import S3Keys, S3Vault

__all__ = ["FolderVault", "S3Keys", "S3Vault"]
