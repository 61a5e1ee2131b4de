"""The schema: what the code expects, what the changes lay, and what is stored."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest
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
