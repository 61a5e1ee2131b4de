"""HTTP routes: parse, call one action, present."""
