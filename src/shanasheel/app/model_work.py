"""What the `models` commands do beside asking: pull, verify, measure, sum up."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from pathlib import Path

from shanasheel.adapters.peers.pulling import pull
from shanasheel.base.clock import Clock, iso
from shanasheel.base.errors import IntegrityFault, InvalidInput, NotFound, ShanasheelError
from shanasheel.domain.models import ChosenModel, ModelTask, Use
from shanasheel.watch.vision import DetectionScores, evaluate_detection
from shanasheel.watch.vision.cards import read_card
from shanasheel.watch.vision.detect import Look, ModelDetector, load_model
from shanasheel.watch.vision.inference import Choice
from shanasheel.watch.vision.measured import Measured, Measurements, Speed
from shanasheel.watch.vision.onnx_file import MOST_BYTES
from shanasheel.watch.vision.registry import Model, Registry, check_file, examine
from shanasheel.watch.vision.speed import Refusal, best_of, measure
from shanasheel.watch.vision.verified import Verifications

Progress = Callable[[int, int], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Bench:
    """What `models bench` found of one model."""

    speeds: list[Speed]
    refused: list[Refusal]
    kept: Measured
    scores: DetectionScores | None


def measurements(registry: Registry) -> Measurements:
    """Return where a data folder's measurements lie."""
    return Measurements(registry.folder / "measured")


def described(registry: Registry, model: Model, use: Use) -> dict[str, object]:
    """Return a model as plain values: what it is, who uses it, what was measured here."""
    card = model.card
    measured = measurements(registry).of(card.sha256)
    best = measured.best if measured else None
    verified = Verifications(registry.folder).of(model)
    return {
        "name": card.name,
        "task": card.task.value,
        "family": card.output.family.value,
        "licence": card.licence,
        "source": card.source,
        "sha256": card.sha256,
        "classes": len(card.names),
        "kinds": sorted({kind.value for kind in card.kinds.values()}),
        "weapons": list(card.weapons),
        "from": "built in" if model.built_in else _whence(model),
        "used_by": list(use.of(card.name)),
        "backends": list(model.backends) if model.at_hand else [],
        "best": said_choice(best.choice) if best else "",
        "ms": best.ms if best else None,
        "cpu_ms": best.cpu_ms if best else None,
        "ap50": dict(measured.ap50) if measured else {},
        "machine": measured.machine if measured else "",
        "measured_at": measured.at if measured else "",
        "authors": card.authors,
        "limits": card.limits,
        "built_in": model.built_in,
        "at_hand": model.at_hand,
        "can_be_pulled": bool(card.url),
        "verified": asdict(verified) if verified else None,
        "speeds": [_way(each, best) for each in measured.speeds] if measured else [],
    }


def _whence(model: Model) -> str:
    if model.at_hand:
        return "added"
    return "can be pulled" if model.card.url else "known, not here"


def _way(speed: Speed, best: Speed | None) -> dict[str, object]:
    return {
        "choice": said_choice(speed.choice), "batch": speed.batch, "ms": speed.ms,
        "cpu_ms": speed.cpu_ms,
        "kept": best is not None and (speed.choice, speed.batch) == (best.choice, best.batch),
    }  # fmt: skip


def chosen(registry: Registry, name: str, *, check: bool = True) -> ChosenModel:
    """Return a model that may be used: its file is here and has the hash of its card.

    Args:
        check: off for one that is to be used no more, whatever its file is.

    Raises:
        NotFound: there is no such model, or its file is not here.
        IntegrityFault: its file is another one.
    """
    model = registry.one(name)
    if check and not model.at_hand:
        raise NotFound(
            f"The file of {name} is not here.", f"shanasheel models pull {name}",
            key="model_away", model=name,
        )  # fmt: skip
    if check:
        check_file(model.card, model.file)
    card = model.card
    return ChosenModel(name=card.name, sha256=card.sha256, task=card.task, limits=card.limits)


def said_choice(choice: Choice) -> str:
    """Return a way of running a model as people read it."""
    threads = f"{choice.threads} thread{'s' if choice.threads > 1 else ''}"
    return " ".join(
        part for part in (choice.backend, choice.device, choice.precision, threads) if part
    )


def bench(
    registry: Registry,
    model: Model,
    clock: Clock,
    *,
    data: Path | None,
    step: int,
    progress: Progress,
) -> Bench:
    """Measure a model in every way and keep the best; with `data` judge it there too.

    Raises:
        NotFound: its file, or the ground truth, is not there.
        IntegrityFault: its file is another one.
        InvalidInput: no way of running it works.
    """
    if data is not None and model.card.task is ModelTask.FACES:
        raise InvalidInput(
            f"{model.card.name} finds faces: people say nothing of its accuracy.",
            f"shanasheel bench shield {data} --faces {model.card.name}",
        )
    if data is not None and model.card.task is ModelTask.WEAPONS:
        raise InvalidInput("A weapon model finds no people.", "Judge it by `bench weapons`.")
    check_file(model.card, model.file)
    speeds, refused = measure(model, progress=progress)
    best = best_of(speeds)
    if best is None:
        raise InvalidInput(f"{model.card.name} runs in no way here: {refused[0][2]}", "")
    scores, ap50 = None, {}
    if data is not None:
        detector = load_model(model.card, model.file, choice=best.choice, only=model.backends)
        scores = evaluate_detection(data, detector, step=step)
        ap50[data.resolve().name] = round(scores.ap, 4)
    kept = measurements(registry).keep(
        model.card.sha256, iso(clock.now()), best=best, ap50=ap50, speeds=tuple(speeds)
    )
    return Bench(speeds=speeds, refused=refused, kept=kept, scores=scores)


def bench_json(name: str, result: Bench) -> dict[str, object]:
    """Return a bench as plain values."""
    return {
        "name": name,
        "machine": result.kept.machine,
        "speeds": [
            {**asdict(each.choice), "batch": each.batch, "ms": each.ms, "cpu_ms": each.cpu_ms}
            for each in result.speeds
        ],
        "not_offered": [
            {**asdict(choice), "batch": batch, "why": why} for choice, batch, why in result.refused
        ],
        "kept": asdict(result.kept.best.choice) if result.kept.best else None,
        "ap50": result.kept.ap50,
    }


def pull_model(registry: Registry, name: str, card: Path | None, *, progress: Progress) -> Model:
    """Download a model from where its card says, and add it.

    Args:
        card: of a model that no card is known of yet.

    Raises:
        NotFound: no card of that name is known.
        InvalidInput: the card names no address, or another model.
        Denied, Unavailable, Exhausted: as for `pull`.
        IntegrityFault: what came is not what the card names; it is thrown away.
    """
    known = read_card(card) if card else registry.one(name).card
    if known.name != name:
        raise InvalidInput(f"The card is of {known.name}, not of {name}.", "Give its own name.")
    if not known.url:
        raise InvalidInput(
            f"The card of {name} names no address.", "Get the file, then `models add`."
        )
    waiting = registry.folder / ".pulling"
    waiting.mkdir(mode=0o700, parents=True, exist_ok=True)
    part = waiting / f"{known.sha256}.part"
    pull(known.url, known.hosts, part, most_bytes=MOST_BYTES, progress=progress)
    described_by = waiting / f"{known.sha256}.yaml"
    described_by.write_bytes(card.read_bytes() if card else registry.card_text(name))
    try:
        model = registry.add(part, described_by)
    except IntegrityFault:
        part.unlink(missing_ok=True)
        raise
    finally:
        described_by.unlink(missing_ok=True)
    part.unlink(missing_ok=True)
    return model


def verify_all(registry: Registry, clock: Clock, progress: Progress) -> list[dict[str, object]]:
    """Check every model at hand; return and keep what was seen of each, or what is wrong."""
    names, kept = registry.names(), Verifications(registry.folder)
    told: list[dict[str, object]] = []
    for done, name in enumerate(names):
        progress(done, len(names))
        model = None
        try:
            model = registry.one(name)
            right, detail = True, registry.verify(model)
        except ShanasheelError as fault:
            right, detail = False, str(fault)
        if model is not None:
            kept.keep(model, iso(clock.now()), right=right, detail=detail)
        told.append({"name": name, "right": right, "detail": detail})
    progress(len(names), len(names))
    return told


def detector_named(
    registry: Registry, named: str, *, threads: int, look: Look | None = None, best: bool = False
) -> ModelDetector:
    """Return the detector of a model's name, or of the path of a card with its file beside.

    A card that is not of the registry is tried within bounds first, as when it is added.

    Args:
        best: run it as was measured best here, where it was measured.

    Raises:
        NotFound: there is no such model or card.
        IntegrityFault, InvalidInput, Unavailable: it cannot be used.
    """
    choice = Choice(threads=threads)
    path = Path(named)
    if path.suffix in (".yaml", ".yml", ".json"):
        card = read_card(path)
        file = path.parent / card.file
        state = examine(card, file, path)
        return load_model(card, file, choice=choice, look=look, only=state.backends)
    model = registry.one(named)
    if not model.at_hand:
        raise NotFound(f"The file of {named} is not here.", f"shanasheel models pull {named}")
    check_file(model.card, model.file)
    measured = measurements(registry).of(model.card.sha256) if best else None
    if measured is not None and measured.best is not None:
        choice = measured.best.choice
    return load_model(model.card, model.file, choice=choice, look=look, only=model.backends)
