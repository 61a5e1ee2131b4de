"""A wall clock that can be set under running processes, as an administrator or NTP would.

libfaketime 0.9.10 cannot: it makes `time.sleep` fail unless it moves the monotonic clock as well,
which no setting of a clock does. So a library of twenty lines is compiled and preloaded.
"""

from __future__ import annotations

import mmap
import shutil
import struct
import subprocess
from pathlib import Path

import pytest

_SOURCE = r"""
#define _GNU_SOURCE
#include <fcntl.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <sys/time.h>
#include <time.h>
#include <unistd.h>

static volatile int64_t *ahead_s;

__attribute__((constructor)) static void open_setting(void) {
  const char *path = getenv("TEST_CLOCK");
  int file = path ? open(path, O_RDONLY | O_CLOEXEC) : -1;
  if (file < 0) return;
  void *seen = mmap(0, sizeof *ahead_s, PROT_READ, MAP_SHARED, file, 0);
  close(file);
  if (seen != MAP_FAILED) ahead_s = seen;
}

int clock_gettime(clockid_t clock, struct timespec *now) {
  int answer = syscall(SYS_clock_gettime, clock, now);
  int is_wall = clock == CLOCK_REALTIME || clock == CLOCK_REALTIME_COARSE;
  if (answer == 0 && is_wall && ahead_s) now->tv_sec += *ahead_s;
  return answer;
}

int gettimeofday(struct timeval *restrict now, void *restrict zone) {
  struct timespec at;
  (void)zone;
  clock_gettime(CLOCK_REALTIME, &at);
  now->tv_sec = at.tv_sec;
  now->tv_usec = at.tv_nsec / 1000;
  return 0;
}

time_t time(time_t *out) {
  struct timespec at;
  clock_gettime(CLOCK_REALTIME, &at);
  if (out) *out = at.tv_sec;
  return at.tv_sec;
}
"""


class WallClock:
    """The wall clock of processes that are started with `env`; the monotonic one is left alone."""

    def __init__(self, folder: Path) -> None:
        compiler = shutil.which("cc") or shutil.which("gcc")
        if compiler is None:
            pytest.skip("no C compiler here: the clock of a process cannot be set")
        source, library = folder / "clock.c", folder / "clock.so"
        source.write_text(_SOURCE)
        subprocess.run(
            [compiler, "-shared", "-fPIC", "-O1", "-o", str(library), str(source)],
            check=True,
            timeout=60,
        )
        self._setting = folder / "clock.setting"
        self._setting.write_bytes(struct.pack("q", 0))
        self.env = {"LD_PRELOAD": str(library), "TEST_CLOCK": str(self._setting)}

    def set_ahead(self, seconds: int) -> None:
        """Let the clock be so many seconds ahead of the machine's from now on."""
        with self._setting.open("r+b") as file, mmap.mmap(file.fileno(), 8) as seen:
            seen[:8] = struct.pack("q", seconds)
