"""From cameras to events: the hot plane, per camera, never waiting."""
