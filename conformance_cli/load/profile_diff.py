"""What changed from one version of a profile to another."""

from __future__ import annotations

from dataclasses import dataclass, fields

from conformance_cli.model.profile import Profile
from conformance_cli.model.requirement import Requirement


@dataclass(frozen=True, slots=True)
class RequirementChange:
    """A requirement that both versions have, and that does not say the same in both."""

    before: Requirement
    after: Requirement
    #: Names of what differs, as the profile file spells them, e.g. ``applies-if``.
    fields: tuple[str, ...]

    @property
    def id(self) -> str:
        """The requirement's id."""
        return self.after.id

    @property
    def stricter(self) -> bool:
        """Whether a product could be conformant before and not be so any more."""
        return self.after.level.mandatory and not self.before.level.mandatory


@dataclass(frozen=True, slots=True)
class ProfileDiff:
    """The differences, each in the order of the profile that has it."""

    old: str
    new: str
    added: tuple[Requirement, ...]
    removed: tuple[Requirement, ...]
    changed: tuple[RequirementChange, ...]
    #: Names of options that only one of the two has, or whose default differs.
    options: tuple[str, ...]

    @property
    def empty(self) -> bool:
        """Whether a product is asked for exactly the same."""
        return not (self.added or self.removed or self.changed or self.options)


def diff_profiles(old: Profile, new: Profile) -> ProfileDiff:
    """What ``new`` asks for that ``old`` does not, and the other way round."""
    before = {requirement.id: requirement for requirement in old.requirements}
    after = {requirement.id: requirement for requirement in new.requirements}
    changes = ((before[i], r) for i, r in after.items() if i in before)
    defaults = [{option.name: option.default for option in p.options} for p in (old, new)]
    return ProfileDiff(
        old=old.ref,
        new=new.ref,
        added=tuple(r for i, r in after.items() if i not in before),
        removed=tuple(r for i, r in before.items() if i not in after),
        changed=tuple(RequirementChange(a, b, _differing(a, b)) for a, b in changes if a != b),
        options=tuple(dict(sorted(defaults[0].items() ^ defaults[1].items()))),
    )


def _differing(before: Requirement, after: Requirement) -> tuple[str, ...]:
    names = (field.name for field in fields(Requirement))
    return tuple(
        _SPELT.get(name, name.replace("_", "-"))
        for name in names
        if getattr(before, name) != getattr(after, name)
    )


_SPELT = {"sources": "source"}
