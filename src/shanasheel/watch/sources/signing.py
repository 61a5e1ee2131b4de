"""Whether pictures carry the camera's own signatures; `prove.footage` verifies them."""

from __future__ import annotations

from collections.abc import Iterable

from shanasheel.domain.footage import Packet

#: UUIDs of user data in SEI messages (ITU-T H.264 and H.265, user_data_unregistered). They hold no
#: two zero bytes in a row, so emulation prevention never splits them.
_SIGNERS = {
    bytes.fromhex("005bc93f2d715e95ada4796f90877a6f"): "onvif",  # ONVIF Media Signing 26.06
    bytes.fromhex("5369676e656420566964656f2e2e2e30"): "axis",  # Signed Video
}


def signer_of(packets: Iterable[Packet]) -> str:
    """Return who signs: `onvif`, `axis`, or empty; signatures come once a group of pictures."""
    for packet in packets:
        for uuid, name in _SIGNERS.items():
            if packet.format.codec in ("h264", "hevc") and uuid in packet.payload:
                return name
    return ""
