"""Outside machines we talk to: ONVIF devices, found on the network, read and followed."""

from shanasheel.adapters.peers.discovery import discover
from shanasheel.adapters.peers.login import Account
from shanasheel.adapters.peers.notices import MOTION_AND_TAMPER, Notice, Pulling, pull_events
from shanasheel.adapters.peers.onvif import Device, read_device
from shanasheel.adapters.peers.probing import Found
from shanasheel.adapters.peers.profiles import Profile

__all__ = [
    "MOTION_AND_TAMPER",
    "Account",
    "Device",
    "Found",
    "Notice",
    "Profile",
    "Pulling",
    "discover",
    "pull_events",
    "read_device",
]
