"""Watches the shop's own files: a local run reads a changed one without being started again."""

from chalicelib.shop import own

READ = (".toml", ".jinja")  # an editor's own copies are not read


def read_stamps() -> dict[str, int]:
    """Return when each of the shop's own files was changed, in nanoseconds."""
    stamps = {}
    for path in own.FOLDER.rglob("*"):
        if path.suffix not in READ:
            continue
        try:
            stamps[str(path)] = path.stat().st_mtime_ns
        except FileNotFoundError:  # an editor replaces a file by renaming another
            continue
    return stamps
