"""The models of a data folder: the built-in ones, cards of known ones, and what was added.

An added model lies in `models/<name>/`: its card, its file, and `state.json`, what was found out
about it when it was added. A model is named by its card's name, which is taken once.
"""

from __future__ import annotations

import hashlib
import json
import shutil
import tempfile
from dataclasses import dataclass
from pathlib import Path

import cattrs
import structlog

from shanasheel.base.errors import Conflict, IntegrityFault, InvalidInput, NotFound, Unavailable
from shanasheel.base.files import sync_directory, write_atomic
from shanasheel.watch.vision.cards import ModelCard, parse_card, read_card
from shanasheel.watch.vision.detect import BUILT_IN
from shanasheel.watch.vision.inference import BACKENDS
from shanasheel.watch.vision.onnx_file import check_size, inspect
from shanasheel.watch.vision.trial import Guess, expected, try_model

_LOG = structlog.get_logger()
_CHUNK = 1024 * 1024
DEFAULT = "nanodet-g-int8"


@dataclass(frozen=True, slots=True, kw_only=True)
class Model:
    """A model at hand, or one whose card is known and whose file can be pulled.

    Args:
        backends: that ran it once within bounds.
        expected: what it gave for the test picture then.
    """

    card: ModelCard
    folder: Path
    built_in: bool = False
    backends: tuple[str, ...] = BACKENDS
    expected: tuple[Guess, ...] = ()

    @property
    def file(self) -> Path:
        """Return where its file lies, or would."""
        return self.folder / self.card.file

    @property
    def at_hand(self) -> bool:
        """Return whether the file is there."""
        return self.file.is_file()


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What was found out about a model when it was added."""

    backends: tuple[str, ...]
    expected: tuple[Guess, ...]


class Registry:
    """The models of one data folder."""

    def __init__(self, data: Path) -> None:
        self.folder = data / "models"

    def all(self) -> tuple[Model, ...]:
        """Return every model, the built-in ones first, those not at hand last.

        A card that has become unreadable is left out and logged; `verify` names it.
        """
        models = {each.card.name: each for each in _shipped()}
        for card in self._cards():
            try:
                model = self._added(card.parent)
            except (InvalidInput, NotFound) as fault:
                _LOG.warning("model_unreadable", model=card.parent.name, detail=str(fault))
                continue
            models[model.card.name] = model
        return tuple(
            sorted(
                models.values(),
                key=lambda each: (each.card.name != DEFAULT, not each.built_in, not each.at_hand),
            )
        )

    def one(self, name: str) -> Model:
        """Return the model of that name; an empty name means the default.

        Raises:
            NotFound: there is none.
            InvalidInput: its card is not valid.
        """
        for model in _shipped():
            if model.card.name == (name or DEFAULT) and model.built_in:
                return model
        if name and name == Path(name).name and (self.folder / name / "card.yaml").is_file():
            return self._added(self.folder / name)
        for model in _shipped():
            if model.card.name == name:
                return model
        raise NotFound(f"There is no model {name!r}.", "See `shanasheel models list`.")

    def names(self) -> tuple[str, ...]:
        """Return the names of the models at hand, also of those whose card is unreadable."""
        added = [path.parent.name for path in self._cards()]
        built_in = [each.card.name for each in _shipped() if each.built_in]
        return tuple(dict.fromkeys((DEFAULT, *built_in, *added)))

    def card_text(self, name: str) -> bytes:
        """Return the text of a card, as it was written.

        Raises:
            NotFound: there is no model of that name.
        """
        added = self.folder / self.one(name).card.name / "card.yaml"
        if added.is_file():
            return added.read_bytes()
        return next(
            path.read_bytes() for path in BUILT_IN.glob("*.yaml") if read_card(path).name == name
        )

    def shipped_card(self, file: Path) -> Path:
        """Return the card we ship for a model file.

        Raises:
            NotFound: the file is not there, or we ship none for it.
        """
        if not file.is_file():
            raise NotFound(f"There is no file {file}.", "Give the path of an ONNX file.")
        sha256 = sha256_of(file)
        for path in sorted(BUILT_IN.glob("*.yaml")):
            if read_card(path).sha256 == sha256:
                return path
        raise NotFound(f"No card is known for {file.name}.", "Write one and give it with --card.")

    def add(self, file: Path, card: Path) -> Model:
        """Take in a model file by its card, after it has run once within bounds.

        Raises:
            NotFound: file or card is not there.
            IntegrityFault: the file is not the one the card names.
            Conflict: another model has this name.
            InvalidInput: the card is not valid, or the model cannot be used.
        """
        described = read_card(card)
        if not file.is_file():
            raise NotFound(f"There is no file {file}.", "Give the path of an ONNX file.")
        check_size(file)
        self._check_name(described)
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(dir=self.folder, prefix=".adding-") as scratch:
            place = Path(scratch)
            # Copied first: nobody can put another file in its place between the looks.
            shutil.copyfile(file, place / described.file)
            (place / "card.yaml").write_bytes(card.read_bytes())
            state = examine(described, place / described.file, place / "card.yaml")
            write_atomic(place / "state.json", json.dumps(cattrs.unstructure(state)).encode())
            target = self.folder / described.name
            target.mkdir(mode=0o700, exist_ok=True)
            for name in (described.file, "state.json", "card.yaml"):  # the card makes it count
                (place / name).chmod(0o600)
                (place / name).replace(target / name)
            sync_directory(target)
        sync_directory(self.folder)
        return self._added(target)

    def verify(self, model: Model) -> str:
        """Check hash and card, run the model on the test picture, compare; return what was seen.

        Raises:
            NotFound: its file is not there.
            IntegrityFault: the file or the result is another one than when it was added.
            InvalidInput: the card is not valid any more, or the model cannot be run.
        """
        check_file(model.card, model.file)
        inspect(model.file)
        card = _shipped_card(model) if model.built_in else model.folder / "card.yaml"
        said = []
        for backend in model.backends:
            found = try_model(card, model.file, backend)  # type: ignore[arg-type]  # of BACKENDS
            missing = [want for want in model.expected if not any(want.like(got) for got in found)]
            if missing:
                raise IntegrityFault(
                    f"{model.card.name} sees something else in the test picture with {backend}"
                    f" than when it was added ({len(missing)} of {len(model.expected)} boxes).",
                    "Do not use it here; reinstall the back ends with `uv sync`.",
                )
            said.append(backend)
        return f"hash right, expected result with {' and '.join(said)}"

    def _cards(self) -> list[Path]:
        """Return the cards of what was added; a folder with a dot is only being filled."""
        return sorted(self.folder.glob("[!.]*/card.yaml"))

    def _check_name(self, card: ModelCard) -> None:
        if any(each.built_in and each.card.name == card.name for each in _shipped()):
            raise Conflict(f"{card.name} is a built-in model.", "Choose another name.")
        taken = self.folder / card.name / "card.yaml"
        if taken.is_file() and read_card(taken).sha256 != card.sha256:
            raise Conflict(
                f"There is another model called {card.name}.", "Choose another name in the card."
            )

    def _added(self, folder: Path) -> Model:
        card = read_card(folder / "card.yaml")
        try:
            state = cattrs.structure(json.loads((folder / "state.json").read_bytes()), State)
        except (OSError, ValueError, cattrs.BaseValidationError, TypeError, KeyError) as fault:
            raise InvalidInput(
                f"{folder / 'state.json'} cannot be read.", "Add the model again."
            ) from fault
        return Model(card=card, folder=folder, backends=state.backends, expected=state.expected)


def examine(card: ModelCard, file: Path, card_file: Path) -> State:
    """Return which back ends run a model, and its expected result.

    Raises:
        IntegrityFault: the file is not the one the card names.
        InvalidInput: no back end can run it, or it gives what its card does not say.
    """
    check_file(card, file)
    inspect(file)
    passed: list[str] = []
    found: tuple[Guess, ...] = ()
    refused: InvalidInput | None = None
    for backend in reversed(BACKENDS):  # ONNX Runtime computes in float32: the reference
        try:
            seen = try_model(card_file, file, backend)
        except InvalidInput as fault:
            refused = refused or fault
            continue
        found = found or seen
        passed.append(backend)
    if not passed:
        raise refused or InvalidInput(f"{card.name} cannot be run.", "")
    backends = tuple(each for each in BACKENDS if each in passed)
    return State(backends=backends, expected=expected(found))


def check_file(card: ModelCard, file: Path) -> None:
    """Compare a model's file with its card.

    Raises:
        NotFound: the file is not there.
        IntegrityFault: it is another one.
    """
    try:
        found = sha256_of(file)
    except FileNotFoundError as fault:
        raise NotFound(
            f"There is no file {file}.", f"shanasheel models pull {card.name}"
        ) from fault
    except OSError as fault:
        raise Unavailable(f"{file} cannot be read: {fault.strerror}.", "") from fault
    if found != card.sha256:
        raise IntegrityFault(
            f"{file.name} has SHA-256 {found}, its card says {card.sha256}.",
            "Do not use it: get the file again, or a card for this one.",
        )


def sha256_of(file: Path) -> str:
    """Return the SHA-256 of a file as hexadecimal text."""
    digest = hashlib.sha256()
    with file.open("rb") as stream:
        while chunk := stream.read(_CHUNK):
            digest.update(chunk)
    return digest.hexdigest()


def _shipped() -> tuple[Model, ...]:
    """Return the built-in models, and the cards we ship of models that can be pulled."""
    models = []
    for path in sorted(BUILT_IN.glob("*.yaml")):
        card = parse_card(path.read_bytes(), path.name)
        built_in = (BUILT_IN / card.file).is_file()
        models.append(
            Model(
                card=card, folder=BUILT_IN if built_in else Path(f"/nonexistent/{card.name}"),
                built_in=built_in, expected=_built_in_expected(path) if built_in else (),
            )
        )  # fmt: skip
    return tuple(models)


def _shipped_card(model: Model) -> Path:
    return model.file.with_suffix(".yaml")


def _built_in_expected(card: Path) -> tuple[Guess, ...]:
    told = json.loads(card.with_suffix(".expected.json").read_bytes())
    return tuple(cattrs.structure(each, Guess) for each in told)
