"""`shanasheel receivers`: who is told of alerts outside."""

from __future__ import annotations

import json
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer

from shanasheel.actions import receivers
from shanasheel.actions.access import LOCAL
from shanasheel.actions.deliveries import list_deliveries
from shanasheel.actions.site import Site
from shanasheel.api import present_receivers as shown
from shanasheel.app.folder import DataFolder, default_folder, open_folder
from shanasheel.app.trying import send_test
from shanasheel.app.wiring import open_beside
from shanasheel.base.clock import iso
from shanasheel.base.errors import InvalidInput, NotFound, Unavailable
from shanasheel.cli.options import DataOption, JsonOption
from shanasheel.domain.alerts import EventKind, Priority
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.receivers import DeliveryState, Receiver, ReceiverKind

app = typer.Typer(no_args_is_help=True, help="Who is told of alerts outside.")

NameArgument = Annotated[str, typer.Argument(help="Name of the receiver.")]


@app.command("list")
def list_all(data: DataOption = None, as_json: JsonOption = False) -> None:
    """List receivers, without their secrets.

    Example: [bold]shanasheel receivers list[/bold]
    """
    with _site(data) as (_, site):
        found = receivers.list_receivers(site)
    if as_json:
        typer.echo(json.dumps([shown.receiver(one) for one in found], ensure_ascii=False))
        return
    for one in found:
        marks = ["in-house"] * one.inside + ["off"] * (not one.active)
        typer.echo("  ".join([one.name, one.kind.value, one.address, *marks]))
    if not found:
        typer.echo("Nobody outside is told of alerts.")


@app.command()
def add(
    name: NameArgument,
    kind: Annotated[ReceiverKind, typer.Argument(help="By which way.")],
    address: Annotated[
        str, typer.Argument(help="https://…, mqtts://…, or a folder's name; none else.")
    ] = "",
    secret_file: Annotated[
        Path | None,
        typer.Option(help="File with password, key, address of e-mail or chat, or subscription."),
    ] = None,
    priority: Annotated[list[Priority] | None, typer.Option(help="Only these; repeat.")] = None,
    event: Annotated[list[EventKind] | None, typer.Option(help="Only these; repeat.")] = None,
    camera: Annotated[list[str] | None, typer.Option(help="Only these; repeat.")] = None,
    inside: Annotated[
        bool, typer.Option("--inside", help="In-house: told of unconfirmed alerts, too.")
    ] = False,
    private: Annotated[
        bool, typer.Option("--private", help="It lies in a private network.")
    ] = False,
    language: Annotated[str, typer.Option(help="ar or en.")] = "ar",
    user: Annotated[str, typer.Option(help="Who logs in at the broker.")] = "",
    ca: Annotated[Path | None, typer.Option(help="Certificates to trust, PEM.")] = None,
    reach: Annotated[str, typer.Option(help="This hub's address as the receiver sees it.")] = "",
    data: DataOption = None,
) -> None:
    """Add a receiver; the key that is made for a webhook is printed, this once.

    Example: [bold]shanasheel receivers add "Guard post" webhook https://post.example.org/hook[/bold]
    """
    wanted = Receiver(
        id="", name=name, kind=kind, address=address, priorities=tuple(priority or ()),
        kinds=tuple(event or ()), cameras=tuple(CameraId(one) for one in camera or ()),
        inside=inside, private=private, language=language, user=user,
        ca_pem=_read(ca), reach=reach,
    )  # fmt: skip
    with _site(data) as (_, site):
        added, made = receivers.add_receiver(site, LOCAL, wanted, _read(secret_file).strip())
    typer.echo(f"{added.name} is told of alerts at {added.address}.")
    if made:
        typer.echo(f"Its key, shown only now: {made}")


@app.command("test")
def try_out(name: NameArgument, data: DataOption = None) -> None:
    """Send a message that is marked as a test, and say what came of it.

    Example: [bold]shanasheel receivers test "Guard post"[/bold]
    """
    with _site(data) as (folder, site):
        delivery, attempts = send_test(site, LOCAL, _named(site, name), folder.run)
    if delivery.state is not DeliveryState.SENT:
        raise Unavailable(f"{name} did not take the test: {delivery.fault or 'no answer yet'}.")
    typer.echo(f"{name} took the test: {attempts[-1].detail}.")


@app.command()
def remove(name: NameArgument, data: DataOption = None) -> None:
    """Remove a receiver and its secret; what it was told stays on record.

    Example: [bold]shanasheel receivers remove "Guard post"[/bold]
    """
    with _site(data) as (_, site):
        receivers.remove_receiver(site, LOCAL, _named(site, name).id)
    typer.echo(f"{name} is told no more.")


@app.command()
def log(
    name: Annotated[str, typer.Argument(help="Name of the receiver; without it, all.")] = "",
    dead: Annotated[bool, typer.Option("--dead", help="Only what could not be delivered.")] = False,
    unacknowledged: Annotated[
        bool, typer.Option("--unacknowledged", help="Only cancellations nobody has acknowledged.")
    ] = False,
    data: DataOption = None,
    as_json: JsonOption = False,
) -> None:
    """List what receivers were told, newest first.

    Example: [bold]shanasheel receivers log --unacknowledged[/bold]
    """
    with _site(data) as (_, site):
        known = {one.id: one for one in receivers.list_receivers(site, removed=True)}
        page = list_deliveries(
            site, receiver=_named(site, name).id if name else "", limit=200,
            states=(DeliveryState.DEAD,) if dead else (), unacknowledged=unacknowledged,
        )  # fmt: skip
    rows = [shown.delivery(one, known.get(one.message.receiver)) for one in page.items]
    if as_json:
        typer.echo(json.dumps(rows, ensure_ascii=False))
        return
    for one in page.items:
        message = one.message
        code = message.alert.code if message.alert else "-"
        to = known[message.receiver].name
        answer = f"acknowledged by {one.acknowledged_by}" if one.acknowledged else one.fault
        words = [iso(message.made), code, message.said.value, to, one.state.value, answer]
        typer.echo("  ".join(word for word in words if word))
    if not rows:
        typer.echo("Nothing.")


def _named(site: Site, name: str) -> Receiver:
    found = [one for one in receivers.list_receivers(site) if name in (one.name, one.id)]
    if not found:
        raise NotFound(f"There is no receiver {name!r}.", "See `shanasheel receivers list`.")
    return found[0]


def _read(file: Path | None) -> str:
    try:
        return file.read_text() if file else ""
    except (OSError, UnicodeDecodeError) as fault:
        raise InvalidInput(f"{file} cannot be read.", "Give a text file.") from fault


@contextmanager
def _site(data: Path | None) -> Iterator[tuple[DataFolder, Site]]:
    folder = open_folder(data or default_folder())
    with open_beside(folder) as site:
        yield folder, site
