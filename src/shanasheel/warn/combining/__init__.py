"""Events that together call for a person, across rules and cameras."""

from shanasheel.warn.combining.defaults import DEFAULTS
from shanasheel.warn.combining.matching import Places, Zones, completes, replay
from shanasheel.warn.combining.reading import asked_of, conditions_of

__all__ = ["DEFAULTS", "Places", "Zones", "asked_of", "completes", "conditions_of", "replay"]
