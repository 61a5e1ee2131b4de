"""How much the compressed picture changes; decides what is decoded."""

from shanasheel.watch.activity.packets import Activity, ActivitySettings, PacketActivity
from shanasheel.watch.activity.spans import ActiveSpans

__all__ = ["ActiveSpans", "Activity", "ActivitySettings", "PacketActivity"]
