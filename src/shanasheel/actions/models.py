"""Which model looks at which camera; models added to a site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shanasheel.actions.cameras import change_camera, require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.ports import ModelShelf
from shanasheel.actions.rows import Cameras
from shanasheel.actions.site import Site
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.cameras import NO_MODEL, Camera, CameraId
from shanasheel.domain.facts import FactKind
from shanasheel.domain.models import (
    ChosenModel,
    ModelDeed,
    ModelOrder,
    ModelTask,
    ModelWork,
    Use,
)
from shanasheel.domain.people import Person


def models_in_use(site: Site, *, default: str) -> Use:
    """Return which models are in use; `default` is the detector before any was chosen."""
    with site.store.read() as rows:
        cameras = [camera for camera in rows.cameras.all() if not camera.retired]
        chosen = {task: rows.cameras.chosen(task) for task in ModelTask}
    return Use(
        site={**chosen, ModelTask.DETECTION: chosen[ModelTask.DETECTION] or default},
        cameras={
            camera.id: (camera.model, camera.faces, camera.weapon_model) for camera in cameras
        },
    )


def with_models(camera: Camera, rows: Cameras) -> Camera:
    """Return a camera with the site's models where it names none of its own."""
    return replace(
        camera,
        model=camera.model or rows.chosen(ModelTask.DETECTION),
        faces=camera.faces or rows.chosen(ModelTask.FACES),
        weapon_model=camera.weapon_model or rows.chosen(ModelTask.WEAPONS),
    )


def use_model(
    site: Site, who: Person, model: ChosenModel, *, camera: str | None, off: bool = False
) -> None:
    """Look with a model from now on, or no more; leaves a fact.

    Args:
        camera: the only one to look at; None for all that name no model of their own.
        off: no more: the camera takes the site's again, the site the built-in detector, or none
            for other tasks.

    Raises:
        NotFound: there is no such camera.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    name = "" if off else model.name
    if camera is not None:
        with site.store.read() as rows:
            found = rows.cameras.one(camera)
        if found is None or found.retired:
            raise NotFound(f"There is no camera {camera!r}.", "See the list of cameras.")
        after = _looked_at_with(found, model.task, name)
        if after != found:
            change_camera(site, who, after)
    identifier = site.ids.new()
    with site.store.begin() as rows:
        if camera is None:
            rows.cameras.choose(model.task, name, revision=identifier)
        body = {"what": "model_used", "by": who.name, "model": model.name, "sha256": model.sha256,
                "camera": camera, "off": off}  # fmt: skip
        rows.facts.add(make_fact(identifier, FactKind.SETTING, site.clock.now(), body))


def own_models(camera: Camera) -> dict[ModelTask, str]:
    """Return the models that a camera names itself, empty where it takes the site's."""
    return {
        ModelTask.DETECTION: camera.model,
        ModelTask.FACES: camera.faces,
        ModelTask.WEAPONS: camera.weapon_model,
    }


def site_models(site: Site, *, default: str) -> dict[ModelTask, str]:
    """Return the models of cameras that name none of their own; empty: none looks for that."""
    return dict(models_in_use(site, default=default).site)


def checked_models(
    shelf: ModelShelf, wanted: Mapping[ModelTask, str], before: Mapping[ModelTask, str]
) -> list[tuple[ChosenModel, bool]]:
    """Return what changes, for `use_own_models`, each with whether a model is used no more.

    Raises:
        NotFound: there is no such model, or its file is not here.
        IntegrityFault: its file is another one than its card's.
        InvalidInput: it is for another task.
    """
    changes = []
    for task, name in wanted.items():
        known = before.get(task, "")
        if name == known:
            continue
        if not name or (name == NO_MODEL and task is ModelTask.WEAPONS):
            changes.append((ChosenModel(name=name or known, sha256="", task=task), not name))
            continue
        model = shelf.chosen(name)
        if model.task is not task:
            raise InvalidInput(
                f"{name} is a model for {model.task.value}, not for {task.value}.",
                "Choose one for that.", key="model_task", model=name,
            )  # fmt: skip
        changes.append((model, False))
    return changes


def use_own_models(
    site: Site, who: Person, camera: CameraId, changes: Sequence[tuple[ChosenModel, bool]]
) -> None:
    """Have a camera looked at with models of its own, or the site's again; each leaves a fact.

    Raises:
        NotFound, Denied: as for `use_model`.
    """
    for model, off in changes:
        use_model(site, who, model, camera=camera, off=off)


def _looked_at_with(camera: Camera, task: ModelTask, name: str) -> Camera:
    match task:
        case ModelTask.DETECTION:
            return replace(camera, model=name)
        case ModelTask.FACES:
            return replace(camera, faces=name)
        case ModelTask.WEAPONS:
            return replace(camera, weapon_model=name)


def note_model_added(site: Site, who: Person, *, name: str, sha256: str, licence: str) -> None:
    """Record that a model was added: who may have changed what the cameras see.

    Raises:
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    body = {"what": "model_added", "by": who.name, "model": name, "sha256": sha256,
            "licence": licence}  # fmt: skip
    _note(site, body)


def note_models_verified(
    site: Site, who: Person, *, right: Sequence[str], wrong: Sequence[str]
) -> None:
    """Record which models were what their cards say, and which were not.

    Raises:
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    body = {"what": "models_verified", "by": who.name, "right": list(right),
            "wrong": list(wrong)}  # fmt: skip
    _note(site, body)


def list_models(site: Site, who: Person, shelf: ModelShelf) -> Sequence[Mapping[str, object]]:
    """Return every model with its card, who uses it, and what was measured here.

    Raises:
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    return shelf.described(models_in_use(site, default=shelf.default))


def order_model_work(
    site: Site, who: Person, shelf: ModelShelf, deed: ModelDeed, model: str
) -> ModelWork:
    """Have models verified or one measured beside the hub; who ordered it is a fact.

    Raises:
        Conflict: some work is in hand already.
        NotFound, IntegrityFault: the model to measure is not here, or is another one.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    if deed is ModelDeed.BENCH:
        shelf.chosen(model)
    order = ModelOrder(id=site.ids.new(), deed=deed, model=model, by=who.name, role=who.role.value)
    work = shelf.submit(order)
    _note(site, {"what": "model_work", "by": who.name, "deed": deed.value, "model": model})
    return work


def stop_model_work(who: Person, shelf: ModelShelf) -> None:
    """End the work in hand; what was measured of that model before stays.

    Raises:
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    shelf.end()


def _note(site: Site, body: Mapping[str, object]) -> None:
    with site.store.begin() as rows:
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
