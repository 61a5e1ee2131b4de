"""Warnings to the public: valid against the OASIS schema, of confirmed alerts alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest
import xmlschema

from running import cli, wait_for
from shanasheel.actions.access import LOCAL
from shanasheel.actions.alerts import open_alert
from shanasheel.actions.cameras import apply_cameras
from shanasheel.actions.deliveries import alert_deliveries
from shanasheel.actions.public import public_alert
from shanasheel.actions.receivers import try_receiver
from shanasheel.app.delivering import Delivering
from shanasheel.app.senders import cap_maker
from shanasheel.base.errors import InvalidInput, NotFound
from shanasheel.domain.alerts import EventKind
from shanasheel.domain.cameras import Camera, Place
from shanasheel.domain.heard import HeardSound, SoundPlace
from shanasheel.domain.receivers import ReceiverKind
from shanasheel.ui.telling import MessageWords
from shanasheel.warn import cloud_event, words_of
from sites import Place as Site
from sites import make_place
from told import CAMERA, confirmed, dismissed, outside, raised, receive

SCHEMA = xmlschema.XMLSchema(Path(__file__).parents[1] / "cap" / "CAP-v1.2.xsd")


@pytest.fixture
def place(tmp_path: Path) -> Iterator[Site]:
    made = make_place(tmp_path / "data")
    spot = Place(lat_deg=30.5085, lon_deg=47.7804)
    camera = Camera(
        id=CAMERA, url="/film.mp4", name="Gate <1> & \x0b", name_ar="البوابة", place=spot
    )
    apply_cameras(made.wired.site, [camera])
    yield made
    made.wired.close()


def read(document: bytes) -> dict:
    """Return a document as plain values, once the schema finds it valid."""
    SCHEMA.validate(document.decode())
    return SCHEMA.to_dict(document.decode())


def test_the_public_is_told_of_what_is_confirmed_updated_and_cancelled(place: Site) -> None:
    site = place.wired.site
    receive(site, "publisher", kind=ReceiverKind.CAP_FOLDER)
    delivering = Delivering(site, site.data / "run")
    alert = dismissed(site, raised(site))  # never confirmed: nobody is told of its end
    assert open_alert(site, alert.id)[0].state.value == "dismissed"
    alert = raised(site)
    with pytest.raises(InvalidInput, match="nobody has confirmed"):
        public_alert(site, alert.id)
    folder = site.data / "cap" / "publisher"
    delivering.start()
    documents: list[dict] = []
    try:
        for change in (confirmed, dismissed, confirmed, dismissed):
            alert = change(site, alert)
            now = cap_maker(site)(public_alert(site, alert.id))
            wait_for(lambda: list(folder.glob("*.xml"))[len(documents) :], "the file")
            # By the command or by a receiver, a decision gives the same document.
            same = folder / f"{read(now)['identifier']}.xml"
            assert same.read_bytes() == now
            documents.append(read(now))
    finally:
        delivering.stop()

    assert [one["msgType"] for one in documents] == ["Alert", "Cancel", "Update", "Cancel"]
    named = [f"{one['sender']},{one['identifier']},{one['sent']}" for one in documents]
    assert [one.get("references") for one in documents] == [
        None, named[0], " ".join(named[:2]), " ".join(named[:3]),
    ]  # fmt: skip
    assert all(one["sent"].endswith("+00:00") for one in documents)
    arabic, english = documents[0]["info"]
    assert (arabic["language"], english["language"]) == ("ar-IQ", "en-GB")
    assert arabic["headline"].startswith("تنبيه A-0002")
    assert english["area"][0]["circle"] == ["30.50850,47.78040 0.5"]
    assert (arabic["area"][0]["areaDesc"], english["area"][0]["areaDesc"]) == (
        "البوابة", "Gate <1> & ",
    )  # fmt: skip
    assert (english["severity"], english["certainty"]) == ("Severe", "Observed")
    assert documents[1]["info"][1]["urgency"] == "Past"


def test_the_place_of_a_sound_is_told_with_its_circle(place: Site) -> None:
    site = place.wired.site
    to, _ = receive(site, "publisher", kind=ReceiverKind.CAP_FOLDER)
    alert = raised(site, kind=EventKind.SHOT_HEARD)
    spot = SoundPlace(lat_deg=30.51, lon_deg=47.79, at=alert.at, radius_m=812, major_m=900,
                      minor_m=500, bearing_deg=10, misfit=1, checked=True)  # fmt: skip
    with site.store.begin() as rows:
        rows.alerts.save(replace(alert, sounds=(HeardSound(heard=(), place=spot, why=None),)))

    alert = confirmed(site, alert)

    document = read(cap_maker(site)(public_alert(site, alert.id)))
    assert document["info"][0]["area"][0]["circle"] == ["30.51000,47.79000 0.81"]
    message = alert_deliveries(site, alert.id)[0][0].message
    told = words_of(message, to, MessageWords("en"))
    assert "30.51000, 47.79000, within 812 m in nine of ten cases" in told.body
    data = json.loads(cloud_event(message, to))["data"]
    assert data["alert"]["place"] == {"lat_deg": 30.51, "lon_deg": 47.79, "radius_m": 812}


def test_a_document_is_posted_and_a_test_is_marked_as_such(place: Site) -> None:
    site = place.wired.site
    with outside() as aggregator:
        known, _ = receive(site, aggregator.url, kind=ReceiverKind.CAP_WEBHOOK)
        delivering = Delivering(site, site.data / "run")
        delivering.start()
        try_receiver(site, LOCAL, known.id)
        wait_for(lambda: aggregator.copies, "the test")
        delivering.stop()

    headers, body = aggregator.copies[0]
    assert headers["content-type"] == "application/cap+xml"
    assert read(body)["status"] == "Test"


def test_the_command_prints_the_warning(place: Site, tmp_path: Path) -> None:
    alert = confirmed(place.wired.site, raised(place.wired.site))
    with pytest.raises(NotFound):
        public_alert(place.wired.site, "A-9999")
    place.wired.close()

    file, data = tmp_path / "x.xml", str(place.folder.root)
    done = cli("alerts", "cap", alert.code.lower(), "--out", str(file), "--data", data)

    assert done.returncode == 0, done.stderr
    assert read(file.read_bytes())["msgType"] == "Alert"
