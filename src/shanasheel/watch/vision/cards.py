"""A model's card: what it is, whence it comes, and all that is needed to run it."""

from __future__ import annotations

import re
from enum import StrEnum
from pathlib import Path
from typing import Annotated, Literal, Self
from urllib.parse import urlsplit

import numpy as np
import yaml
from numpy.typing import NDArray
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.cameras import KIND_NUMBERS, Kind, ViewFrom
from shanasheel.domain.models import ModelTask
from shanasheel.watch.vision.coco import COCO

_MOST_BYTES = 256 * 1024  # prescribed: a card with a thousand classes has about 30 kB
_FILE = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,127}\.onnx")

Side = Annotated[int, Field(ge=32, le=4096)]
Three = tuple[float, float, float]
Word = Annotated[str, Field(min_length=1, max_length=80)]


class Family(StrEnum):
    """How a model's numbers become boxes."""

    NANODET = "nanodet"
    YOLOX = "yolox"
    YOLO = "yolo"
    DETR = "detr"
    YUNET = "yunet"
    CENTERFACE = "centerface"


_OF_FACES = (Family.YUNET, Family.CENTERFACE)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class InputCard(_Strict):
    """How a picture becomes the model's input."""

    size: tuple[Side, Side] | None = None  # width, height; None where `side` is free
    side: Side | None = None
    live_side: Side | None = None
    step: Annotated[int, Field(ge=1, le=256)] = 32
    colour: Literal["rgb", "bgr"]
    layout: Literal["nchw", "nhwc"] = "nchw"
    fit: Literal["letterbox", "stretch"] = "letterbox"
    anchor: Literal["top_left", "centre"] = "top_left"
    pad: Annotated[float, Field(ge=0, le=255)] = 0.0
    mean: Three | None = None
    std: Three | None = None
    sizes: str = Field(default="", max_length=80)

    @model_validator(mode="after")
    def _whole(self) -> Self:
        if (self.size is None) is (self.side is None):
            raise ValueError("give `size: [WIDTH, HEIGHT]`, or `side` where the size is free")
        if self.size is not None and self.live_side is not None:
            raise ValueError("`live_side` belongs to `side`, not to `size`")
        if self.side is not None and self.fit == "stretch":
            raise ValueError("`fit: stretch` needs a `size`")
        if self.std is not None and min(self.std) <= 0:
            raise ValueError("`std` must be above 0")
        return self


class OutputCard(_Strict):
    """How the model's numbers become boxes; see docs/reference/models.md."""

    family: Family
    outputs: tuple[Word, ...] = Field(default=(), max_length=18)
    strides: tuple[Annotated[int, Field(ge=1, le=256)], ...] = Field(
        default=(8, 16, 32), min_length=1, max_length=6
    )
    bins: Annotated[int, Field(ge=2, le=64)] = 11
    form: Literal["", "v5", "v8", "raw", "final"] = ""
    boxes: Literal["", "cxcywh", "xyxy"] = ""
    unit: Literal["", "pixels", "ratio"] = ""
    scores: Literal["probability", "logits", "softmax"] = "probability"
    overlap: Annotated[float, Field(gt=0, le=1)] = 0.6
    least_score: Annotated[float, Field(ge=0.01, lt=1)] = 0.1

    @model_validator(mode="after")
    def _fitting(self) -> Self:
        forms = {Family.YOLO: ("v5", "v8"), Family.DETR: ("raw", "final")}.get(self.family, ("",))
        if self.form not in forms:
            said = " or ".join(f"`{form}`" for form in forms if form) or "left out"
            raise ValueError(f"`form` of {self.family.value} must be {said}")
        if self.scores != "probability" and self.form != "raw":
            raise ValueError("`scores` can be chosen for `family: detr`, `form: raw` alone")
        return self


class Calibration(_Strict):
    """How a weapon model's best score becomes the natural logarithm of a likelihood ratio.

    `scale x log(score / (1 - score)) + shift`: how much more often an armed person's crop gives
    such a score than another's does.
    """

    scale: Annotated[float, Field(gt=0, le=20)] = 1.0
    shift: Annotated[float, Field(ge=-50, le=50)] = 0.0


class ModelCard(_Strict):
    """Everything about one model; the file it describes lies beside it."""

    name: str = Field(pattern=r"^[a-z0-9][a-z0-9._-]{0,63}$")
    task: ModelTask = ModelTask.DETECTION
    file: str = Field(max_length=140)
    source: str = Field(min_length=1, max_length=500)
    authors: str = Field(default="", max_length=500)
    licence: str = Field(min_length=1, max_length=200)
    sha256: str = Field(pattern=r"^[0-9a-f]{64}$")
    url: str = Field(default="", max_length=1000)
    hosts: tuple[Word, ...] = Field(default=(), max_length=8)
    classes: Literal["coco"] | tuple[Word, ...] = Field(max_length=1000)
    kinds: dict[str, Kind] = {}
    overhead: dict[str, Kind] = {}
    weapons: tuple[Word, ...] = ()
    calibration: Calibration = Calibration()
    input: InputCard
    output: OutputCard
    limits: str = Field(default="", max_length=2000)

    @model_validator(mode="after")
    def _told_by_task(self) -> Self:
        faces = self.task is ModelTask.FACES
        if faces and (self.kinds or self.overhead or self.weapons or len(self.names) != 1):
            raise ValueError("`task: faces` has one class, and no `kinds`, `overhead`, `weapons`")
        if self.task is ModelTask.WEAPONS and (self.kinds or self.overhead or not self.weapons):
            raise ValueError("a card of `task: weapons` names `weapons`, and no `kinds`")
        if self.task is ModelTask.DETECTION and (self.weapons or not self.kinds):
            raise ValueError("a card of `task: detection` names `kinds`, and no `weapons`")
        if self.output.family in _OF_FACES and not faces:
            raise ValueError(f"`family: {self.output.family.value}` needs `task: faces`")
        return self

    @model_validator(mode="after")
    def _whole(self) -> Self:
        meant = (*self.kinds, *self.overhead, *self.weapons)
        unknown = [name for name in meant if name not in self.names]
        if unknown:
            raise ValueError(
                f"`kinds`, `overhead` or `weapons` name no class: {', '.join(unknown[:5])}"
            )
        if len(set(self.names)) != len(self.names):
            raise ValueError("`classes` names one twice")
        if not _FILE.fullmatch(self.file):
            raise ValueError("`file` must be a name ending in .onnx, without folders")
        if self.url and (urlsplit(self.url).scheme != "https" or "@" in self.url):
            raise ValueError("`url` must be https:// and hold no password")
        return self

    @property
    def names(self) -> tuple[str, ...]:
        """Return the model's classes in its own order."""
        return COCO if self.classes == "coco" else tuple(self.classes)


class Wanted:
    """The classes of a model that mean something to us.

    Attributes:
        columns: (C,) which of the model's classes.
        kinds: (C,) the number of our kind for each (`KIND_NUMBERS`); 0 for weapons.
        labels: (C,) their numbers among COCO's classes, by name; -1 for others.
    """

    def __init__(self, card: ModelCard, view: ViewFrom = ViewFrom.SIDE) -> None:
        # A face is a part of somebody; a weapon is of no kind.
        meant: dict[str, Kind | None] = {**card.kinds, **dict.fromkeys(card.weapons)}
        if card.task is ModelTask.FACES:
            meant = dict.fromkeys(card.names, Kind.PERSON)
        if view is ViewFrom.OVERHEAD:
            meant = {**card.overhead, **meant}
        known = [place for place, name in enumerate(card.names) if name in meant]
        names = [card.names[place] for place in known]
        self.columns: NDArray[np.int16] = np.array(known, np.int16)
        kinds = (meant[name] for name in names)
        self.kinds = np.array([KIND_NUMBERS[one] if one else 0 for one in kinds], np.int16)
        self.labels = np.array(
            [COCO.index(name) if name in COCO else -1 for name in names], np.int16
        )
        self.classes = len(card.names)


def read_card(path: Path) -> ModelCard:
    """Return the card in a YAML or JSON file.

    Raises:
        NotFound: there is no such file.
        InvalidInput: it is not a card; every fault is listed with its path.
    """
    try:
        with path.open("rb") as stream:
            text = stream.read(_MOST_BYTES + 1)
    except FileNotFoundError as fault:
        raise NotFound(f"There is no card {path}.", "See docs/reference/models.md.") from fault
    except OSError as fault:
        raise InvalidInput(f"The card {path} cannot be read: {fault.strerror}.", "") from fault
    return parse_card(text, str(path))


def parse_card(text: bytes, called: str) -> ModelCard:
    """Return the card that YAML or JSON text holds.

    Args:
        called: what the text is called in faults.

    Raises:
        InvalidInput: as for `read_card`.
    """
    remedy = "See docs/reference/models.md."
    if len(text) > _MOST_BYTES:
        raise InvalidInput(f"The card {called} is over 256 KiB.", "Is it the right file?")
    try:
        return ModelCard.model_validate(yaml.load(text, _NoAliases))  # noqa: S506 - a safe loader
    except (yaml.YAMLError, UnicodeDecodeError, ValueError, RecursionError) as fault:
        if isinstance(fault, ValidationError):
            said = "; ".join(f"{each['msg']} @ ${_path(each['loc'])}" for each in fault.errors())
        else:
            said = " ".join(str(fault).split())[:300]
        raise InvalidInput(f"The card {called} is not valid: {said}", remedy) from fault


class _NoAliases(yaml.SafeLoader):
    """Refuses aliases: a kilobyte of them can stand for gigabytes."""

    def compose_node(self, parent: yaml.Node | None, index: int) -> yaml.Node | None:
        if self.check_event(yaml.AliasEvent):
            raise yaml.YAMLError("aliases are not taken here")
        node: yaml.Node | None = super().compose_node(parent, index)
        return node


def _path(parts: tuple[int | str, ...]) -> str:
    return "".join(f"[{part}]" if isinstance(part, int) else f".{part}" for part in parts)
