"""Accounts, sessions and grants."""

from shanasheel.prove.access.passwords import hash_password, password_matches

__all__ = ["hash_password", "password_matches"]
