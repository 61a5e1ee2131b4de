"""Footage of cameras that are not ours is kept, however old it is."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

from shanasheel.actions.handing_in import intake_camera, save_intake_camera
from shanasheel.actions.sweeping import sweep
from sites import CAMERA, add_segment, disk, make_place


def test_old_footage_of_a_shop_is_kept_while_our_own_expires(tmp_path: Path) -> None:
    place = make_place(tmp_path / "data")
    site = place.wired.site
    shop, fresh = intake_camera(site, "SHOP-12", name="Bakery", place=None)
    save_intake_camera(site, shop)
    year_ago = site.clock.now() - timedelta(days=365)
    theirs = add_segment(place.wired, year_ago, camera=shop.id)
    ours = add_segment(place.wired, year_ago, camera=CAMERA)

    swept = sweep(site, disk(site.data))

    assert fresh
    assert swept.segments == 1
    assert (site.data / theirs.path).exists()
    assert not (site.data / ours.path).exists()
    place.wired.close()
