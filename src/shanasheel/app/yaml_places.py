"""On which line of a YAML text something stands, for messages that point there."""

from __future__ import annotations

from collections.abc import Sequence

import yaml


class YamlPlaces:
    r"""Finds lines in one text, which must be readable YAML.

    >>> YamlPlaces("cameras:\n- id: a\n- id: b\n  zones: []\n").line(("cameras", 1, "zones"))
    4
    """

    def __init__(self, text: bytes | str) -> None:
        self._root = yaml.compose(text, Loader=yaml.SafeLoader)

    def line(self, path: Sequence[int | str]) -> int:
        """Return the line, from 1, of the deepest part of the path that is there; 0 for none."""
        node, line = self._root, 0
        for part in path:
            found = _inside(node, part)
            if found is None:
                break
            key, node = found
            line = key.start_mark.line + 1
        return line


def _inside(node: yaml.Node | None, part: int | str) -> tuple[yaml.Node, yaml.Node] | None:
    """Return where an entry begins, and its value."""
    if isinstance(node, yaml.SequenceNode) and isinstance(part, int) and part < len(node.value):
        return node.value[part], node.value[part]
    if isinstance(node, yaml.MappingNode):
        return next(((key, value) for key, value in node.value if key.value == part), None)
    return None
