"""A report of one analysed file as a single HTML page that needs nothing else."""

from __future__ import annotations

import base64
from dataclasses import dataclass
from datetime import datetime
from html import escape
from pathlib import Path

from shanasheel.base.clock import iso
from shanasheel.base.files import write_atomic
from shanasheel.domain.alerts import Event
from shanasheel.domain.cameras import Kind
from shanasheel.domain.seen import PlateState, Sighting

_MOST_CARDS = 400  # keeps the page openable; the JSON files hold everything
_COLOURS = {Kind.PERSON: "#4cc2a5", Kind.VEHICLE: "#e0a84c", Kind.TWO_WHEELER: "#7aa2f7"}

_STYLE = """
:root{color-scheme:dark light}body{font:15px/1.5 system-ui,"Noto Sans",sans-serif;margin:0;
background:#10161b;color:#e7edf2}main{max-width:1080px;margin:0 auto;padding:24px}
h1{font-size:22px;margin:0 0 4px}h2{font-size:17px;margin:28px 0 8px}.m{color:#93a4b3}
.w{background:#4a2a12;padding:8px 12px;border-radius:6px}.g{display:grid;gap:12px;
grid-template-columns:repeat(auto-fill,minmax(200px,1fr))}.c{background:#18212a;border-radius:8px;
overflow:hidden;font-size:13px}.c img{width:100%;display:block;aspect-ratio:4/3;object-fit:contain;
background:#0a0e12}.c div{padding:8px 10px}table{border-collapse:collapse;width:100%}
td,th{text-align:start;padding:5px 10px;border-bottom:1px solid #25313c}svg{width:100%;height:auto}
.k{display:inline-block;width:10px;height:10px;border-radius:2px;margin-inline-end:6px}
@media(prefers-color-scheme:light){body{background:#f6f4ef;color:#1b242c}.c{background:#fff}
.m{color:#5b6b78}td,th{border-color:#ddd}.w{background:#ffe3c8}}
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """A sighting with its shielded picture (JPEG; may be empty)."""

    sighting: Sighting
    picture: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class ReportInput:
    """What a report shows."""

    title: str
    start: datetime
    duration_s: float
    width_px: int
    height_px: int
    codec: str
    full: bool
    warning: str
    sightings: tuple[Finding, ...]
    events: tuple[Event, ...]
    views: tuple[tuple[datetime, bytes], ...]


def write_report(path: Path, shown: ReportInput) -> None:
    """Write the page. Every text from outside is escaped; every picture is inside the page."""
    write_atomic(path, _page(shown).encode(), durable=False)


def _page(shown: ReportInput) -> str:
    looked = "every picture" if shown.full else "where something moves, about 5 pictures a second"
    counts = {kind: sum(found.sighting.kind is kind for found in shown.sightings) for kind in Kind}
    legend = " · ".join(
        f'<span class="k" style="background:{_COLOURS[kind]}"></span>'
        f"{escape(kind.value.replace('_', '-'))}: {count}"
        for kind, count in counts.items()
    )
    warning = f'<p class="w">{escape(shown.warning)}</p>' if shown.warning else ""
    return f"""<!doctype html><html lang="en"><meta charset="utf-8">
<meta name="viewport" content="width=device-width"><title>{escape(shown.title)} · Shanasheel</title>
<meta http-equiv="Content-Security-Policy"
 content="default-src 'none'; img-src data:; style-src 'unsafe-inline'">
<style>{_STYLE}</style><main><h1>{escape(shown.title)}</h1>
<p class="m">{shown.width_px} × {shown.height_px}, {escape(shown.codec)},
{shown.duration_s:.1f} s from {iso(shown.start)} · looked at: {looked} · masked</p>
{warning}<h2>Timeline</h2><p class="m">{legend} · events: {len(shown.events)}</p>{_timeline(shown)}
<h2>Events</h2>{_events(shown)}<h2>Sightings</h2>{_cards(shown)}<h2>Views</h2>{_views(shown)}
</main></html>"""


def _timeline(shown: ReportInput) -> str:
    span_s = max(shown.duration_s, 0.001)
    rows = max(1, min(24, len(shown.sightings)))
    bars = []
    for place, found in enumerate(shown.sightings[:_MOST_CARDS]):
        sighting = found.sighting
        left = 1000 * _offset_s(shown, sighting.start) / span_s
        width = max(2.0, 1000 * _offset_s(shown, sighting.end) / span_s - left)
        bars.append(
            f'<rect x="{left:.1f}" y="{(place % rows) * 8 + 2}" width="{width:.1f}" height="6" '
            f'rx="2" fill="{_COLOURS[sighting.kind]}"><title>{sighting.kind.value} '
            f"{sighting.track}: {_clock(shown, sighting.start)}</title></rect>"
        )
    height = rows * 8 + 24
    marks = [
        f'<path d="M{1000 * _offset_s(shown, event.at) / span_s:.1f} 0v{height - 20}" '
        f'stroke="#e5484d" stroke-width="1.5"><title>{escape(event.kind.value)} '
        f"{escape(event.subject)}</title></path>"
        for event in shown.events
    ]
    ticks = [
        f'<text x="{min(975, tenth * 100)}" y="{height - 4}" font-size="11" fill="currentColor">'
        f"{span_s * tenth / 10:.0f} s</text>"
        for tenth in range(11)
    ]
    return (
        f'<svg viewBox="0 0 1000 {height}" role="img" aria-label="timeline">'
        f"{''.join(bars)}{''.join(marks)}{''.join(ticks)}</svg>"
    )


def _events(shown: ReportInput) -> str:
    if not shown.events:
        return '<p class="m">None.</p>'
    rows = "".join(
        f"<tr><td>{_clock(shown, event.at)}</td><td>{escape(event.kind.value)}</td>"
        f"<td>{escape(event.subject)}</td><td>"
        f"{escape(', '.join(f'{name} {value:g}' for name, value in event.numbers))}</td></tr>"
        for event in shown.events
    )
    return f"<table><tr><th>at</th><th>what</th><th>where</th><th>measured</th></tr>{rows}</table>"


def _cards(shown: ReportInput) -> str:
    if not shown.sightings:
        return '<p class="m">Nothing that stayed in view was seen.</p>'
    cards = "".join(
        f'<div class="c">{_image(found.picture)}<div>'
        f"<b>{escape(found.sighting.type)}</b> {found.sighting.track}<br>"
        f'<span class="m">{_clock(shown, found.sighting.start)} – '
        f"{_clock(shown, found.sighting.end)} · {found.sighting.confidence:.2f}</span>"
        f"{_plate(found.sighting)}</div></div>"
        for found in shown.sightings[:_MOST_CARDS]
    )
    return f'<div class="g">{cards}</div>'


def _plate(sighting: Sighting) -> str:
    seen = sighting.plate
    if seen is None:
        return ""
    text = f"\u2068{seen.written}\u2069 {seen.text}" if seen.written else seen.text  # isolated
    words = {
        PlateState.READ: f"plate {text} ({seen.probability:.2f})",
        PlateState.UNREADABLE: "plate not readable",
        PlateState.NONE: f"no plate ({seen.probability:.2f})",
        PlateState.UNKNOWN: "plate: cannot tell",
    }
    return f'<br><span class="m">{escape(words[seen.state])}</span>'


def _views(shown: ReportInput) -> str:
    cards = "".join(
        f'<div class="c">{_image(picture)}<div class="m">{_clock(shown, at)}</div></div>'
        for at, picture in shown.views
    )
    return f'<div class="g">{cards}</div>'


def _image(picture: bytes) -> str:
    if not picture:
        return ""
    return f'<img alt="" src="data:image/jpeg;base64,{base64.b64encode(picture).decode()}">'


def _offset_s(shown: ReportInput, at: datetime) -> float:
    return (at - shown.start).total_seconds()


def _clock(shown: ReportInput, at: datetime) -> str:
    offset_s = _offset_s(shown, at)
    return f"{int(offset_s // 60)}:{offset_s % 60:04.1f}"
