"""The schema: what the code expects, what the changes lay, and what is stored."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import create_engine

import shanasheel.adapters.stores.migrations as migrations
from shanasheel.adapters.stores import open_database
from shanasheel.adapters.stores.migrations import NEWEST
from shanasheel.adapters.stores.tables import metadata
from shanasheel.base.errors import Unavailable
from shanasheel.domain.cameras import CameraId
from shanasheel.domain.overview import Layer


def test_the_newest_change_is_the_one_the_code_expects() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))

    assert ScriptDirectory.from_config(config).get_current_head() == NEWEST


def test_the_changes_lay_the_tables_that_the_code_uses(tmp_path: Path) -> None:
    path = tmp_path / "shanasheel.db"
    open_database(path).close()

    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        differences = compare_metadata(MigrationContext.configure(connection), metadata)
    engine.dispose()

    assert differences == []


def test_a_database_is_laid_once_and_its_owner_alone_reads_it(tmp_path: Path) -> None:
    path = tmp_path / "shanasheel.db"
    open_database(path).close()
    before = path.stat()
    open_database(path).close()

    assert path.stat().st_mode & 0o077 == 0
    assert path.stat().st_size == before.st_size
    with sqlite3.connect(path) as database:
        assert database.execute("SELECT version_num FROM alembic_version").fetchall() == [(NEWEST,)]
    database.close()


def test_a_file_that_is_no_database_is_refused_with_a_remedy(tmp_path: Path) -> None:
    path = tmp_path / "shanasheel.db"
    path.write_bytes(b"this is not a database " * 100)

    with pytest.raises(Unavailable, match="database"):
        open_database(path)


@pytest.mark.parametrize("revision", ["0006", "0009", NEWEST])
def test_an_archive_without_a_summary_is_summed_up_when_it_is_opened(
    tmp_path: Path, revision: str
) -> None:
    path = tmp_path / "shanasheel.db"
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
        for number in range(3):
            connection.exec_driver_sql(
                "INSERT INTO segments"
                " (id, camera, stream, start_us, end_us, path, size_bytes, body)"
                f" VALUES ('s{number}', 'C', 'main', {number}0000000, {number + 1}0000000,"
                f" 'p{number}', 1, '{{}}')"
            )
        connection.exec_driver_sql(
            "INSERT INTO gaps (id, camera, start_us, end_us, cause, body)"
            " VALUES ('g', 'C', 30000000, 31000000, 'disk', '{}')"
        )
        if revision != "0006":
            connection.exec_driver_sql(
                "INSERT INTO sheds (id, camera, start_us, end_us, cause)"
                " VALUES ('h', 'C', 5000000, 6000000, 'late')"
            )
        if revision == "0009":  # whose days had seven planes
            connection.exec_driver_sql(
                "INSERT INTO camera_days (day, camera, runs, cells) VALUES (0, 'C', 2, ?)",
                (bytes(7 * 96),),
            )
        connection.commit()
    engine.dispose()

    database = open_database(path)
    with database.read() as rows:
        runs = rows.overview.runs(["C"], 0, 10**9)
        days = rows.overview.days(["C"], 0, 0)
    database.close()

    shed = [] if revision == "0006" else [(Layer.SHED, 5_000_000, 6_000_000, "late")]
    assert [(run.layer, run.start_us, run.end_us, run.word) for run in runs] == [
        (Layer.GAP, 30_000_000, 31_000_000, "disk"),
        (Layer.MAIN, 0, 30_000_000, ""),
        *shed,
    ]
    assert days.runs == len(runs)


def test_sightings_of_before_are_found_by_the_plates_that_they_had(tmp_path: Path) -> None:
    path = tmp_path / "shanasheel.db"
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    engine = create_engine(f"sqlite:///{path}")
    plates = ['{"state":"read","probability":0.9,"text":"48213A"}', "null", '{"state":"none"}']
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0010")
        for number in range(2100):  # more than are filled at once
            connection.exec_driver_sql(
                "INSERT INTO sightings"
                " (id, camera, kind, type, start_us, end_us, confidence, body)"
                f" VALUES ('{number:06}', 'C', 'vehicle', 'car', 1, 2, 0.5, ?)",
                (f'{{"plate":{plates[number % 3]}}}',),
            )
        connection.commit()
    engine.dispose()

    open_database(path).close()

    with sqlite3.connect(path) as database:
        found = database.execute(
            "SELECT plate_state, plate, colour, count(*) FROM sightings GROUP BY 1, 2, 3 ORDER BY 1"
        ).fetchall()
    database.close()
    assert found == [("", "", "", 700), ("none", "", "", 700), ("read", "48213A", "", 700)]


def test_an_alert_of_before_keeps_its_camera_and_its_story(tmp_path: Path) -> None:
    path = tmp_path / "shanasheel.db"
    config = Config()
    config.set_main_option("script_location", str(Path(migrations.__file__).parent))
    at = datetime(2026, 1, 1, tzinfo=UTC)
    event = (
        '{"id":"e","camera":"GATE","kind":"loitering","at":1767225600000000,'
        '"start":1767225600000000,"subject":"door","tracks":[7]}'
    )
    body = (
        '{"id":"a","code":"A-0001","camera":"GATE","kind":"loitering","state":"new",'
        '"priority":"high","subject":"door","at":1767225600000000,"raised":1767225600000000,'
        '"last_event":1767225600000000,"events":1,"clip_start":1767225595000000,'
        f'"clip_end":1767225610000000,"first_event":{event},"version":1}}'
    )
    engine = create_engine(f"sqlite:///{path}")
    with engine.connect() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, "0011")
        connection.exec_driver_sql(
            "INSERT INTO alerts (id, number, camera, kind, state, at_us, version, body)"
            " VALUES ('a', 1, 'GATE', 'loitering', 'new', 1767225600000000, 1, ?)",
            (body,),
        )
        connection.commit()
    engine.dispose()

    database = open_database(path)
    with database.read() as rows:
        (alert,) = rows.alerts.touching(CameraId("GATE"), at, at + timedelta(seconds=1))
        due = rows.alerts.due(at + timedelta(days=999), 9)
    database.close()

    assert (alert.cameras, alert.due, due) == (("GATE",), None, ())
    assert [(part.kind.value, part.subject, part.tracks) for part in alert.story] == [
        ("loitering", "door", (7,))
    ]
