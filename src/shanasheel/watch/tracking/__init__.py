"""Detections into tracks and sightings: numbers in, numbers out."""
