"""Outside machines we talk to: ONVIF devices found, read and followed, cosigners, authorities."""

from shanasheel.adapters.peers.authorities import ask_authority
from shanasheel.adapters.peers.cosigners import ask_cosigner, read_public
from shanasheel.adapters.peers.discovery import discover
from shanasheel.adapters.peers.login import Account
from shanasheel.adapters.peers.meanings import MOTION_AND_TAMPER, Meaning, Sense, meaning_of
from shanasheel.adapters.peers.notices import Notice, Pulling, pull_batches, pull_events
from shanasheel.adapters.peers.offers import Offers, read_clock, read_offers
from shanasheel.adapters.peers.onvif import Device, read_device
from shanasheel.adapters.peers.probing import Found
from shanasheel.adapters.peers.profiles import Profile, main_and_sub

__all__ = [
    "MOTION_AND_TAMPER",
    "Account",
    "Device",
    "Found",
    "Meaning",
    "Notice",
    "Offers",
    "Profile",
    "Pulling",
    "Sense",
    "ask_authority",
    "ask_cosigner",
    "discover",
    "main_and_sub",
    "meaning_of",
    "pull_batches",
    "pull_events",
    "read_clock",
    "read_device",
    "read_offers",
    "read_public",
]
