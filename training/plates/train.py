"""Trains the network that reads lines of plates, and writes it as ONNX with half-precision weights.

    python training/plates/train.py TRAIN.npz OUT.onnx [--steps 3600] [--until N] [--weights FILE]

TRAIN.npz comes from render.py. One thread, seeded: the same steps give the same network.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import onnx
import torch
from network import LineNetwork
from torch.nn.functional import ctc_loss, log_softmax

BATCH = 64
HIGHEST_RATE = 3e-3
INVERTED = 0.5  # of the lines: bright signs on dark ground are as likely


def main() -> None:
    """Train and export."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("train", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--steps", type=int, default=3600)
    parser.add_argument("--until", type=int, default=0, help="stop earlier than --steps")
    parser.add_argument("--weights", type=Path, help="go on from these")
    parser.add_argument("--rate", type=float, default=HIGHEST_RATE)
    parser.add_argument("--seed", type=int, default=1)
    given = parser.parse_args()
    torch.manual_seed(given.seed)
    torch.set_num_threads(1)
    data = np.load(given.train)
    network = LineNetwork(len(data["signs"]))
    print(
        sum(each.numel() for each in network.parameters()),
        "parameters",
        len(data["images"]),
        "lines",
    )
    if given.weights:
        network.load_state_dict(torch.load(given.weights))
    kept = given.out.with_suffix(".pt")
    plan = Plan(steps=given.steps, until=given.until or given.steps, rate=given.rate)
    steps = train(network, data, kept, plan, np.random.default_rng(given.seed))
    print("steps", steps)
    torch.save(network.state_dict(), kept)
    export(network, given.out)


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """How long to train; the rate falls as a cosine over `steps`, from `rate` to almost nothing."""

    steps: int
    until: int
    rate: float


def train(
    network: LineNetwork,
    data: np.lib.npyio.NpzFile,
    kept: Path,
    plan: Plan,
    random: np.random.Generator,
) -> int:
    """Train by the plan, keeping weights every 200 steps; return the steps."""
    images, targets = data["images"], torch.from_numpy(data["targets"].astype(np.int64))
    lengths = (targets > 0).sum(1)
    optimiser = torch.optim.AdamW(network.parameters(), weight_decay=0.01)
    step, mean = 0, 0.0
    network.train()
    while True:
        order = random.permutation(len(images))
        for start in range(0, len(order) - BATCH, BATCH):
            done = step / plan.steps
            if step == plan.until:
                return step
            for group in optimiser.param_groups:
                group["lr"] = (
                    plan.rate * min(1, step / 200) * (0.5 + 0.5 * np.cos(np.pi * done)) + 1e-5
                )
            chosen = order[start : start + BATCH]
            scores = log_softmax(network(torch.from_numpy(altered(random, images[chosen]))), 2)
            loss = ctc_loss(
                scores.transpose(0, 1), targets[chosen], torch.full((BATCH,), scores.shape[1]),
                lengths[chosen], zero_infinity=True,
            )  # fmt: skip
            optimiser.zero_grad()
            loss.backward()
            torch.nn.utils.clip_grad_norm_(network.parameters(), 5.0)
            optimiser.step()
            step, mean = step + 1, 0.98 * mean + 0.02 * float(loss.detach())
            if step % 200 == 0:
                shown = mean / (1 - 0.98 ** min(step, 500))
                print(f"{step} {done:.3f} loss {shown:.4f}", flush=True)
                torch.save(network.state_dict(), kept)


def altered(random: np.random.Generator, images: np.ndarray) -> np.ndarray:
    """Return lines as the reader sees them, some inverted, shifted, grained."""
    lines = (images.astype(np.float32) - 128) / 32
    lines[random.random(len(lines)) < INVERTED] *= -1
    for line in lines:
        if random.random() < 0.5:
            line[:] = np.roll(line, random.integers(-2, 3), axis=0)
        if random.random() < 0.3:
            line += random.normal(0, random.uniform(0, 0.3), line.shape).astype(np.float32)
    return lines[:, None]


def export(network: LineNetwork, out: Path) -> None:
    """Write ONNX: batches of any size; weights as float16, widened when loaded: half the file."""
    network.eval()
    torch.onnx.export(
        network, (torch.zeros(2, 1, 32, 160),), str(out),
        input_names=["line"], output_names=["scores"],
        dynamic_axes={"line": {0: "lines"}, "scores": {0: "lines"}},
        opset_version=17, dynamo=False,
    )  # fmt: skip
    model = onnx.load(str(out))
    nodes = []
    for tensor in model.graph.initializer:
        values = onnx.numpy_helper.to_array(tensor)
        if values.dtype != np.float32 or values.size < 64:
            continue
        name = tensor.name
        tensor.CopyFrom(onnx.numpy_helper.from_array(values.astype(np.float16), name + "_half"))
        nodes.append(
            onnx.helper.make_node("Cast", [name + "_half"], [name], to=onnx.TensorProto.FLOAT)
        )
    for node in reversed(nodes):
        model.graph.node.insert(0, node)
    onnx.checker.check_model(model)
    onnx.save(model, str(out))


if __name__ == "__main__":
    main()
