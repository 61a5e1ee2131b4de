"""Events that together call for a person, across rules and cameras."""

from shanasheel.warn.combining.defaults import DEFAULTS
from shanasheel.warn.combining.matching import Places, completes, replay
from shanasheel.warn.combining.reading import conditions_of

__all__ = ["DEFAULTS", "Places", "completes", "conditions_of", "replay"]
