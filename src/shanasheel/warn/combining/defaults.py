"""What is watched for before anybody wrote a combination."""

from __future__ import annotations

from shanasheel.domain.combining import Combination

DEFAULTS: tuple[Combination, ...] = (
    Combination(
        name="ترصّد ثم إطلاق نار · Lying in wait, then a shot",
        when="loitering followed by any of (shot_heard, weapon_seen) within 20 min near 300 m",
    ),
    Combination(
        name="تعطيل كاميرا ثم حدث · A camera blinded, then something happens",
        when=(
            "any of (camera_covered, camera_sprayed, camera_turned, camera_looped, camera_frozen) "
            "followed by any of (zone_entry, loitering, shot_heard, weapon_seen) "
            "within 15 min near 150 m quiet for 30 min"
        ),
    ),
)
