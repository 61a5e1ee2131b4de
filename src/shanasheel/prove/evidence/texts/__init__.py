"""The texts that lie in every bundle, in Arabic and English."""

from shanasheel.prove.evidence.texts.filling import Told, tag_files

__all__ = ["Told", "tag_files"]
