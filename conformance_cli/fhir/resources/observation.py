"""Rules of Observations: those of vital signs have a profile, all have good practice."""

from __future__ import annotations

from conformance_cli.fhir.outcome.message import warning
from conformance_cli.fhir.resources.reading import choice, part, texts
from conformance_cli.fhir.resources.vital_signs import implied_profile
from conformance_cli.fhir.validation.session import Scope, Session

_ABOUT = "Good practice for clinical observations: who was observed, by whom, and when."
NO_SUBJECT = warning("observation-no-subject", "invalid", "The Observation has no subject", _ABOUT)
NO_PERFORMER = warning(
    "observation-no-performer", "invalid", "The Observation has no performer", _ABOUT
)
NO_TIME = warning(
    "observation-no-time", "invalid", "The Observation does not say when it was true", _ABOUT
)


def check_observation(session: Session, scope: Scope) -> None:
    """Good practice, as far as the options ask for it, and the profile of a vital sign.

    FHIR R4 asks every Observation of a vital sign to conform to its profile, whether it
    claims so or not (http://hl7.org/fhir/R4/observation-vitalsigns.html).
    """
    _check_practice(session, scope)
    profile = implied_profile(scope.resource)
    if profile is None or session.library.fhir_version < "4":
        return
    claimed = (url for _, url in texts(part(scope.resource, "meta") or {}, "profile"))
    if profile not in claimed and session.library.structure(profile) is not None:
        found = session.tools.validate(scope.resource, profile, scope.place, scope)
        session.found.extend(found)


def _check_practice(session: Session, scope: Scope) -> None:
    severity, resource = session.options.best_practice, scope.resource
    if severity is None:
        return
    if "subject" not in resource:
        session.report(NO_SUBJECT, scope.place, severity=severity)
    if "performer" not in resource:
        session.report(NO_PERFORMER, scope.place, severity=severity)
    if choice(resource, "effective") is None:
        session.report(NO_TIME, scope.place, severity=severity)
