"""Ways to tell receivers outside: each sends one message, and says how that ended."""

from shanasheel.adapters.notify.chat import ChatSender
from shanasheel.adapters.notify.folder import FolderSender
from shanasheel.adapters.notify.mqtt import MqttSender
from shanasheel.adapters.notify.network import Way, tls_of, way_to
from shanasheel.adapters.notify.push import PushSender
from shanasheel.adapters.notify.vapid import Vapid
from shanasheel.adapters.notify.webhook import WebhookSender

__all__ = [
    "ChatSender",
    "FolderSender",
    "MqttSender",
    "PushSender",
    "Vapid",
    "Way",
    "WebhookSender",
    "tls_of",
    "way_to",
]
