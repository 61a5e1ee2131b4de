"""Search over sightings."""
