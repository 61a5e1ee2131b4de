"""How much the compressed picture changes; decides what is decoded."""

from shanasheel.watch.activity.packets import Activity, ActivitySettings, PacketActivity

__all__ = ["Activity", "ActivitySettings", "PacketActivity"]
