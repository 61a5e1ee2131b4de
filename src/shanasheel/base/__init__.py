"""Clock, identifiers, errors, hashing, geometry, text: no word of the domain."""
