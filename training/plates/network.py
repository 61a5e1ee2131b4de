"""The network that reads a line: convolutions only, so that any back end runs it."""

from __future__ import annotations

import torch
from torch import nn


def _block(
    before: int, after: int, kernel: tuple[int, int], padding: tuple[int, int]
) -> list[nn.Module]:
    return [
        nn.Conv2d(before, after, kernel, padding=padding, bias=False),
        nn.BatchNorm2d(after),
        nn.ReLU(inplace=True),
    ]


class Along(nn.Module):
    """Looks left and right along the line, and adds what it finds."""

    def __init__(self, width: int, spread: int) -> None:
        super().__init__()
        self.layers = nn.Sequential(
            nn.Conv1d(width, width, 5, padding=2 * spread, dilation=spread, bias=False),
            nn.BatchNorm1d(width),
            nn.ReLU(inplace=True),
        )

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return (B, width, T) from the same."""
        return x + self.layers(x)


class LineNetwork(nn.Module):
    """(B, 1, 32, 160) grey -> (B, 40, 1 + signs) logits; place 0 is "nothing here"."""

    def __init__(self, signs: int) -> None:
        super().__init__()
        self.look = nn.Sequential(
            nn.Conv2d(1, 16, 3, stride=2, padding=1, bias=False),  # 16 x 80
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            *_block(16, 32, (3, 3), (1, 1)),
            nn.MaxPool2d(2),  # 8 x 40
            *_block(32, 64, (3, 3), (1, 1)),
            nn.MaxPool2d((2, 1)),  # 4 x 40
            *_block(64, 96, (3, 3), (1, 1)),
            *_block(96, 128, (4, 1), (0, 0)),  # 1 x 40
        )
        self.along = nn.Sequential(Along(128, 1), Along(128, 2), nn.Dropout(0.1))
        self.say = nn.Conv1d(128, 1 + signs, 1)

    def forward(self, x: torch.Tensor) -> torch.Tensor:
        """Return the logits."""
        return self.say(self.along(self.look(x).squeeze(2))).transpose(1, 2)
