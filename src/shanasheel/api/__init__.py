"""HTTP routes: parse, call one action, present."""

from shanasheel.api.build import make_api
from shanasheel.api.context import Desk
from shanasheel.api.guard import SameOriginOnly
from shanasheel.api.updates import Updates

__all__ = ["Desk", "SameOriginOnly", "Updates", "make_api"]
