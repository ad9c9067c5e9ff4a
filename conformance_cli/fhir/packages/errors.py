"""What can be wrong with packages, and what to do about it."""

from __future__ import annotations


class PackageError(Exception):
    """A package that cannot be used.

    ``problem`` is one sentence, ``place`` the file, folder or URL, ``remedy`` what to do
    next; the text holds all three.
    """

    def __init__(self, problem: str, place: object = "", remedy: str = "") -> None:
        self.problem = problem
        self.place = str(place)
        self.remedy = remedy
        super().__init__("; ".join(part for part in (problem, self.place, remedy) if part))


class BrokenResourceError(PackageError):
    """A resource of a package that turns out to be broken where nobody had looked before."""


class PackageMissingError(PackageError):
    """A package, or one that it depends on, is not installed; ``missing`` names them."""

    def __init__(
        self, problem: str, place: object = "", remedy: str = "", missing: tuple[str, ...] = ()
    ) -> None:
        super().__init__(problem, place, remedy)
        self.missing = missing


class IntegrityError(PackageError):
    """What was downloaded is not what the registry or the lock file promised."""


class RegistryError(PackageError):
    """A package registry does not have the package, or does not answer as one."""


class OfflineError(RegistryError):
    """No registry could be reached."""
