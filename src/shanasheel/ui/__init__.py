"""Pages in Arabic and English: parse, call one action, present."""
