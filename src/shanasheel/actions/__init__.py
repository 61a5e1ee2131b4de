"""One function per thing a person can do: the single door for CLI, API and UI."""
