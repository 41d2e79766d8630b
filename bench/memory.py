"""How much memory this process has taken at most, of its own."""

from __future__ import annotations

from pathlib import Path


def peak() -> int:
    """Kilobytes at the peak since this program began. `getrusage` would count from what the
    parent process had taken when it started this one. Linux only."""
    for line in Path("/proc/self/status").read_text(encoding="ascii").splitlines():
        if line.startswith("VmHWM:"):
            return int(line.split()[1])
    raise LookupError("VmHWM")


def forget_peak() -> None:
    """Count the peak from what this process holds now. Linux only."""
    Path("/proc/self/clear_refs").write_text("5", encoding="ascii")
