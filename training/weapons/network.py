"""The network: where in a person's crop a weapon is, on a grid of cells of 8 pixels."""

from __future__ import annotations

import torch
from torch import Tensor, nn

STRIDE = 8


class Residual(nn.Module):
    """Two convolutions beside a straight way."""

    def __init__(self, width: int, dilation: int = 1) -> None:
        super().__init__()
        self.body = nn.Sequential(
            nn.Conv2d(width, width, 3, padding=dilation, dilation=dilation, bias=False),
            nn.BatchNorm2d(width), nn.ReLU(),
            nn.Conv2d(width, width, 3, padding=1, bias=False), nn.BatchNorm2d(width),
        )  # fmt: skip

    def forward(self, given: Tensor) -> Tensor:
        """Return as many maps of the same size."""
        return torch.relu(given + self.body(given))


class WeaponNet(nn.Module):
    """About 120,000 weights; input (N, 3, S, S) in [0, 1], output (N, 5, S/8, S/8).

    Channels: centre across and down in cells from the cell's corner, logarithms of width and
    height in cells, and the logit that a weapon's centre lies in the cell.
    """

    def __init__(self) -> None:
        super().__init__()

        def halved(into: int, out: int) -> nn.Sequential:
            return nn.Sequential(
                nn.Conv2d(into, out, 3, stride=2, padding=1, bias=False), nn.BatchNorm2d(out),
                nn.ReLU(),
            )  # fmt: skip

        self.body = nn.Sequential(
            halved(3, 16), halved(16, 24), Residual(24), halved(24, 48), Residual(48),
            Residual(48, dilation=2), nn.Dropout2d(0.1),
        )  # fmt: skip
        self.head = nn.Sequential(nn.Conv2d(48, 48, 3, padding=1), nn.ReLU(), nn.Conv2d(48, 5, 1))
        with torch.no_grad():
            self.head[2].bias.copy_(torch.tensor([0.5, 0.5, 0.7, 0.7, -4.0]))

    def forward(self, given: Tensor) -> Tensor:
        """Return the maps."""
        return self.head(self.body(given))


class Exported(nn.Module):
    """The same as rows (N, cells, 6) of YOLOX's form, which the product's cards know."""

    def __init__(self, net: WeaponNet) -> None:
        super().__init__()
        self.net = net

    def forward(self, given: Tensor) -> Tensor:
        """Return centre, logarithm of size, objectness, and a class score of 1."""
        rows = self.net(given).flatten(2).transpose(1, 2)
        chance = torch.sigmoid(rows[:, :, 4:5])
        return torch.cat([rows[:, :, :4], chance, torch.ones_like(chance)], dim=2)
