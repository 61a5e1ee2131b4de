"""`shanasheel cameras`: which cameras are recorded."""

from __future__ import annotations

import json
import shlex
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated, TypedDict
from urllib.parse import quote

import typer

from shanasheel.actions import cameras as actions
from shanasheel.actions.access import LOCAL
from shanasheel.actions.installing import CameraReport, check_cameras
from shanasheel.actions.signing import read_anchors
from shanasheel.actions.site import Site
from shanasheel.adapters.peers import Device, Found, discover, main_and_sub, read_device
from shanasheel.app.camera_files import cameras_text
from shanasheel.app.checking import CLOCK_OFF_S, CameraCheck, check_camera
from shanasheel.app.folder import default_folder, open_folder
from shanasheel.app.settings import as_settings, read_settings
from shanasheel.app.wiring import open_beside
from shanasheel.base.errors import InvalidInput, ShanasheelError
from shanasheel.base.text import hide_password, printable, without_secrets
from shanasheel.cli.cameras_ground import ground
from shanasheel.cli.options import DataOption, JsonOption, remarks
from shanasheel.domain.cameras import AnalysisPriority, Camera, CameraId, Place, ViewFrom

app = typer.Typer(no_args_is_help=True, help="Which cameras are recorded.")
app.command()(ground)


@app.command("list")
def list_all(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List the cameras with their present state; passwords are not shown.

    Example: [bold]shanasheel cameras list[/bold]
    """
    with _site(data) as site:
        listed, status = actions.list_cameras(site), site.workers.cameras()
    rows = [
        {
            **as_settings(camera, hide=True),
            "state": str(status.get(camera.id, {}).get("state", "not running")),
        }
        for camera in listed
    ]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['id']:<12} {row['state']:<12} {row.get('name', '')}  {row['url']}")
    if not rows:
        typer.echo("No cameras yet. Add one: shanasheel cameras add ID ADDRESS")


@app.command()
def add(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Code people say: BSR-014.")],
    address: Annotated[str, typer.Argument(help="rtsp://user:password@host/path, or a file.")],
    name: Annotated[str, typer.Option(help="What people call it.")] = "",
    name_ar: Annotated[str, typer.Option(help="… in Arabic.")] = "",
    place: Annotated[
        str | None, typer.Option(help="LATITUDE,LONGITUDE or LATITUDE,LONGITUDE,HEADING.")
    ] = None,
    keep_days: Annotated[float | None, typer.Option(help="Days its footage is kept.")] = None,
    sub_url: Annotated[
        str, typer.Option(help="A smaller stream of the same view, to look at.")
    ] = "",
    onvif: Annotated[str, typer.Option(help="http://HOST/onvif/device_service.")] = "",
    events: Annotated[
        bool, typer.Option("--events/--no-events", help="Take what it notices over ONVIF.")
    ] = True,
    no_sound: Annotated[
        bool, typer.Option("--no-sound", help="Record no sound, nor ask the camera for it.")
    ] = False,
    priority: Annotated[
        AnalysisPriority, typer.Option(help="Who is looked at longest under overload.")
    ] = AnalysisPriority.NORMAL,
    record_only: Annotated[
        bool, typer.Option("--record-only", help="Record it and never look at it.")
    ] = False,
    tiles: Annotated[str, typer.Option(help="Look at a wide view in parts: 2x1.")] = "",
    view: Annotated[ViewFrom, typer.Option(help="From where it looks.")] = ViewFrom.SIDE,
    data: DataOption = None,
) -> None:
    """Add a camera; a running Shanasheel records it within seconds.

    Example: [bold]shanasheel cameras add BSR-014 rtsp://user:secret@10.0.0.5/live
    --name "Hospital gate" --place 30.5085,47.7804,90[/bold]
    """
    camera = Camera(
        id=CameraId(identifier), url=_address(address), name=name, name_ar=name_ar,
        place=_place(place), keep_days=keep_days, priority=priority, analyse=not record_only,
        sound=not no_sound, sub_url=_address(sub_url) if sub_url else "", onvif=onvif,
        events=events, tiles=tiles, view=view,
    )  # fmt: skip
    with _site(data) as site:
        actions.add_camera(site, LOCAL, camera)
    typer.echo(f"{identifier} is added. Look at it: shanasheel cameras check {identifier}")


@app.command()
def remove(
    identifier: Annotated[str, typer.Argument(metavar="ID", help="Id of the camera.")],
    data: DataOption = None,
) -> None:
    """Stop recording a camera; its footage stays and expires by the rules.

    Example: [bold]shanasheel cameras remove BSR-014[/bold]
    """
    with _site(data) as site:
        actions.remove_camera(site, LOCAL, identifier)
    typer.echo(f"{identifier} is removed.")


@app.command("apply")
def apply_file(
    file: Annotated[Path, typer.Argument(help="YAML file with a list `cameras`.")],
    yes: Annotated[bool, typer.Option("--yes", help="Do not ask.")] = False,
    data: DataOption = None,
) -> None:
    """Make a file's list the whole set of cameras; shows the difference first.

    A password written as *** means the one already known. Applying twice changes nothing.

    Example: [bold]shanasheel cameras apply province.yaml[/bold]
    """
    _settings, listed = read_settings(file)
    if listed is None:
        raise InvalidInput(f"{file} lists no cameras.", "Give it a list `cameras`.")
    with _site(data) as site:
        _wanted, changes = actions.plan_cameras(site, listed)
        _print_changes(changes)
        if not changes.any:
            return
        if not yes and not typer.confirm("Apply?", err=True):
            raise typer.Exit(1)
        actions.apply_cameras(site, listed)
    typer.echo("Applied.")


@app.command()
def export(
    with_passwords: Annotated[
        bool, typer.Option("--with-passwords", help="Write passwords out.")
    ] = False,
    data: DataOption = None,
) -> None:
    """Print the cameras as a file that `cameras apply` takes.

    Example: [bold]shanasheel cameras export > province.yaml[/bold]
    """
    with _site(data) as site:
        listed = actions.list_cameras(site)
    typer.echo(cameras_text(listed, hide=not with_passwords), nl=False)


@app.command()
def check(
    identifiers: Annotated[
        list[str] | None, typer.Argument(metavar="[ID|ADDRESS]...", help="All when none is named.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long to look at each.", min=1)] = 6,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """Look at cameras for some seconds: one line each, with what to change on the camera.

    Ends with 1 when any does not answer.

    Example: [bold]shanasheel cameras check[/bold]

    Example: [bold]shanasheel cameras check rtsp://user:secret@10.0.0.5/live[/bold]
    """
    with _site(data) as site:
        chosen = _chosen(site, identifiers or [])
        if not chosen:
            typer.echo("No cameras yet. Add one: shanasheel cameras add ID ADDRESS")
            return
        remarks.print(f"Looking at {len(chosen)} cameras for {seconds:g} s …")
        anchors = read_anchors(site.data)
        reports = check_cameras(
            site, LOCAL, chosen,
            lambda one: check_camera(one, site.clock, seconds=seconds, anchors=anchors),
        )  # fmt: skip
    if as_json:
        typer.echo(json.dumps([report.plain() for report in reports], ensure_ascii=False))
    else:
        for report in reports:
            typer.echo(_line(report))
    if not all(report.ok for report in reports):
        raise typer.Exit(1)


@app.command("discover")
def discover_cameras(
    at: Annotated[
        list[str] | None,
        typer.Option(help="Ask this HOST only, where multicast does not reach; may be repeated."),
    ] = None,
    user: Annotated[
        str | None, typer.Option(help="Log in as this user and list the streams.")
    ] = None,
    seconds: Annotated[float, typer.Option(help="How long to wait for answers.", min=0.2)] = 3,
    as_json: JsonOption = False,
) -> None:
    """Find ONVIF cameras on the network, and with --user what they send.

    The password is asked for, or read from standard input.

    Example: [bold]shanasheel cameras discover --user admin[/bold]
    """
    password = _password() if user else ""
    found = discover(seconds, addresses=tuple(at or ()))
    rows = [_described(one, user, password) for one in found]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for row in rows:
        typer.echo(f"{row['host']:<16} {row['name']}  {row['hardware']}  {row['address']}".rstrip())
        for line in row["streams"] or [row["fault"]]:
            typer.echo(f"    {line}") if line else None
        if row["proposed"]:
            typer.echo(f"    {_command(row['proposed'])}")
    if not rows:
        typer.echo("No camera answered. Name one with --at HOST where multicast does not reach.")


class _Row(TypedDict):
    host: str
    name: str
    hardware: str
    address: str
    streams: list[str]
    clock_offset_s: float | None
    fault: str
    proposed: dict[str, str]


def _described(found: Found, user: str | None, password: str) -> _Row:
    address = found.xaddrs[0] if found.xaddrs else ""
    row = _Row(
        host=found.hosts[0] if found.hosts else "",
        name=printable(found.name),
        hardware=printable(found.hardware),
        address=address,
        streams=[],
        clock_offset_s=None,
        fault="",
        proposed={},
    )
    if user is None or not address:
        return row
    try:
        device = read_device(address, user, password)
    except ShanasheelError as fault:
        return {**row, "fault": str(fault)}
    row["clock_offset_s"] = device.clock_offset_s
    row["proposed"] = _proposed(device, address, user)
    row["streams"] = [
        f"{profile.encoding} {profile.width_px}x{profile.height_px}  "
        f"{without_secrets(profile.stream_url)}"
        for profile in device.profiles
        if profile.stream_url
    ]
    if device.clock_offset_s is not None and abs(device.clock_offset_s) > CLOCK_OFF_S:
        row["streams"].append(f"its clock is off by {device.clock_offset_s:.0f} s: set its NTP")
    return row


def _proposed(device: Device, address: str, user: str) -> dict[str, str]:
    """Return the settings to add a device with, its password left to be written in."""
    main, smaller = main_and_sub(device.profiles)
    urls = {"url": main, "sub_url": smaller}
    found = {
        name: _with_user(profile.stream_url, user)
        for name, profile in urls.items()
        if profile is not None and profile.stream_url
    }
    return {**found, "onvif": address} if found else {}


def _command(proposed: dict[str, str]) -> str:
    """Return the command that adds a proposed camera; what the device said is quoted."""
    words = ["shanasheel", "cameras", "add", "ID", proposed["url"]]
    if "sub_url" in proposed:
        words += ["--sub-url", proposed["sub_url"]]
    return shlex.join([*words, "--onvif", proposed["onvif"]])


def _with_user(url: str, user: str) -> str:
    scheme, _, rest = without_secrets(url).partition("://")
    return f"{scheme}://{quote(user, safe='')}:PASSWORD@{rest}"


def _password() -> str:
    if sys.stdin.isatty():
        return str(typer.prompt("Password", hide_input=True, err=True))
    return sys.stdin.readline().rstrip("\n")


def _chosen(site: Site, identifiers: Sequence[str]) -> list[Camera]:
    if not identifiers:
        return list(actions.list_cameras(site))
    return [
        Camera(id=CameraId(f"address-{number}"), url=identifier)
        if "://" in identifier
        else actions.camera_named(site, identifier)
        for number, identifier in enumerate(identifiers, start=1)
    ]


def _line(check: CameraCheck) -> str:
    report = check.main
    advice = f"  -> {printable('; '.join(check.advice), 600)}" if check.advice else ""
    if not report.ok:
        cause = report.cause.value if report.cause else "lost"
        return f"{report.camera:<12} BAD   {cause}: {printable(report.detail)}{advice}"
    key = f"key frame every {report.key_s:.1f} s" if report.key_s else "one key frame"
    parts = [
        f"{report.codec} {report.width_px}x{report.height_px}",
        f"{report.rate:.1f} a second",
        f"{report.bitrate_bps / 1e6:.2f} Mbit/s",
        key,
        f"sound {report.audio}" if report.audio else "no sound",
        _signed(report),
        *_beside(check),
    ]
    verdict = "good" if check.ok else "POOR"
    return f"{report.camera:<12} {verdict}  {', '.join(parts)}{advice}"


def _signed(report: CameraReport) -> str:
    """Say whether the camera signs its pictures, and whether that holds."""
    if not report.signed:
        return "not signed"
    if report.signature is None:
        return f"signed ({report.signed}, not verified)"
    doubts = ", ".join(report.signature.doubts)
    return f"signed ({report.signed}, {report.signature.state}{': ' if doubts else ''}{doubts})"


def _beside(check: CameraCheck) -> list[str]:
    """Return what a camera has beside its main stream, in words."""
    parts = []
    if check.sub is not None and check.sub.ok:
        parts.append(f"sub {check.sub.codec} {check.sub.width_px}x{check.sub.height_px}")
    if check.clock_offset_s is not None:
        parts.append(f"clock {check.clock_offset_s:+.0f} s")
    if check.events is not None:
        parts.append(f"events {'+'.join(check.events) or 'none'}")
    return parts


def _print_changes(changes: actions.Changes) -> None:
    for sign, identifiers in (("+", changes.added), ("~", changes.changed), ("-", changes.removed)):
        for identifier in identifiers:
            typer.echo(f"{sign} {identifier}")
    if changes.reordered:
        typer.echo("~ order on the wall")
    if not changes.any:
        typer.echo("Nothing to change.")


def _address(text: str) -> str:
    if "://" in text:
        return text
    path = Path(text).expanduser().resolve()
    if not path.is_file():
        raise InvalidInput(
            f"{hide_password(text, '***')} is neither an address nor a file.",
            "Give rtsp://user:password@host/path.",
        )
    return str(path)


def _place(text: str | None) -> Place | None:
    if text is None:
        return None
    try:
        numbers = [float(part) for part in text.split(",")]
        lat_deg, lon_deg, *heading = numbers
        heading_deg = heading[0] if heading else None
    except (ValueError, IndexError) as fault:
        raise InvalidInput(f"{text!r} is not a place.", "Give LATITUDE,LONGITUDE.") from fault
    return Place(lat_deg=lat_deg, lon_deg=lon_deg, heading_deg=heading_deg)


@contextmanager
def _site(data: Path | None) -> Iterator[Site]:
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        yield site
