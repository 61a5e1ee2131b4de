"""Which model looks at which camera; models added to a site."""

from __future__ import annotations

from dataclasses import dataclass, replace

from shanasheel.actions.cameras import change_camera, require_technician
from shanasheel.actions.factmaking import make_fact
from shanasheel.actions.site import Site
from shanasheel.base.errors import NotFound
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.facts import FactKind
from shanasheel.domain.people import Person


@dataclass(frozen=True, slots=True, kw_only=True)
class Use:
    """Which models are in use: the site's, and those of cameras that have their own.

    Args:
        weapons: the site's model of the second look at people; empty for none.
    """

    site: str
    cameras: dict[CameraId, tuple[str, ...]]
    weapons: str = ""

    def of(self, name: str) -> tuple[str, ...]:
        """Return who uses a model: `site`, and ids of cameras."""
        users = ["site"] if name in (self.site, self.weapons) else []
        return (*users, *(camera for camera, models in self.cameras.items() if name in models))


def models_in_use(site: Site, *, default: str) -> Use:
    """Return which models are in use; `default` is the one that counts before any was chosen."""
    with site.store.read() as rows:
        return Use(
            site=rows.cameras.detector() or default,
            cameras={
                camera.id: (camera.model, camera.weapon_model)
                for camera in rows.cameras.all()
                if not camera.retired
            },
            weapons=rows.cameras.weapon_model(),
        )


def use_model(
    site: Site, who: Person, name: str, *, sha256: str, camera: str | None, weapons: bool = False
) -> None:
    """Look at one camera, or at all that name no model of their own, with a model; leaves a fact.

    Args:
        name: of a model at hand; empty for the site's, where a camera is named, and for none of
            the second look at people, where none is.
        sha256: of its file, so that the record says which one it was.
        weapons: it is the model of the second look.

    Raises:
        NotFound: there is no such camera.
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    if camera is not None:
        with site.store.read() as rows:
            found = rows.cameras.one(camera)
        if found is None or found.retired:
            raise NotFound(f"There is no camera {camera!r}.", "See the list of cameras.")
        changed = replace(found, weapon_model=name) if weapons else replace(found, model=name)
        if changed != found:
            change_camera(site, who, changed)
    identifier = site.ids.new()
    with site.store.begin() as rows:
        if camera is None and weapons:
            rows.cameras.set_weapon_model(name, revision=identifier)
        elif camera is None:
            rows.cameras.set_detector(name, revision=identifier)
        body = {"what": "model_used", "by": who.name, "model": name, "sha256": sha256,
                "camera": camera}  # fmt: skip
        rows.facts.add(make_fact(identifier, FactKind.SETTING, site.clock.now(), body))


def note_model_added(site: Site, who: Person, *, name: str, sha256: str, licence: str) -> None:
    """Record that a model was added: who may have changed what the cameras see.

    Raises:
        Denied: the person's role does not change cameras.
    """
    require_technician(who)
    body = {"what": "model_added", "by": who.name, "model": name, "sha256": sha256,
            "licence": licence}  # fmt: skip
    with site.store.begin() as rows:
        rows.facts.add(make_fact(site.ids.new(), FactKind.SETTING, site.clock.now(), body))
