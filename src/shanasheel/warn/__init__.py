"""Events into alerts that a person decides on."""
