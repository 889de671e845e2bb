"""What a release has been checked for, as its manifest says: for the line in which a page tells how far to trust it."""

from __future__ import annotations

from dataclasses import dataclass

from initiative_lod.release import Release


@dataclass(frozen=True, slots=True)
class Checks:
    """Figures of a release; None where it says nothing. ``covered`` and ``characters`` count those of the text."""

    version: str
    modified: str
    conforms: bool | None
    violations: int
    warnings: int
    questions: int | None
    covered: int | None
    characters: int | None

    @property
    def percent(self) -> int | None:
        """How much of the text stands in a clause, rounded down."""
        return self.covered * 100 // self.characters if self.covered is not None and self.characters else None


def checks(release: Release) -> Checks:
    """Read the manifest of a release; one that was not made by the whole way has less to tell."""
    manifest = release.manifest
    report = manifest.report or {}
    coverage = (manifest.coverage or {}).values()
    return Checks(
        release.version,
        release.modified,
        bool(manifest.report["conforms"]) if manifest.report else None,
        report.get("Violation", 0),
        report.get("Warning", 0),
        manifest.questions,
        sum(item.covered for item in coverage) if coverage else None,
        sum(item.characters for item in coverage) if coverage else None,
    )
