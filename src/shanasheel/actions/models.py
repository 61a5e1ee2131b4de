"""Which model looks at which camera; models added to a site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from shanasheel.actions.cameras import change_camera, require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.ports import ModelShelf
from shanasheel.actions.site import Site
from shanasheel.base.errors import NotFound
from shanasheel.domain.facts import FactKind
from shanasheel.domain.models import CheckedModel, ModelDeed, ModelOrder, ModelWork, Use
from shanasheel.domain.people import Person


def models_in_use(site: Site, *, default: str) -> Use:
    """Return which models are in use; `default` is the one that counts before any was chosen."""
    with site.store.read() as rows:
        cameras = [camera for camera in rows.cameras.all() if not camera.retired]
        return Use(
            site=rows.cameras.detector() or default,
            cameras={camera.id: camera.model for camera in cameras if camera.model},
            faces=rows.cameras.faces(),
            faces_of={camera.id: camera.faces for camera in cameras if camera.faces},
        )


def use_model(
    site: Site, who: Person, model: CheckedModel, *, camera: str | None, off: bool = False
) -> None:
    """Look with a model from now on, or no more; leaves a fact.

    Args:
        camera: the only one to look at; None for all that name no model of their own.
        off: no more: the camera takes the site's again, the site the built-in detector, or none
            for faces.

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
        after = replace(found, faces=name) if model.faces else replace(found, model=name)
        if after != found:
            change_camera(site, who, after)
    identifier = site.ids.new()
    with site.store.begin() as rows:
        if camera is None:
            choose = rows.cameras.set_faces if model.faces else rows.cameras.set_detector
            choose(name, revision=identifier)
        body = {"what": "model_used", "by": who.name, "model": model.name, "sha256": model.sha256,
                "camera": camera, "off": off}  # fmt: skip
        rows.facts.add(make_fact(identifier, FactKind.SETTING, site.clock.now(), body))


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
        shelf.checked(model)
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
