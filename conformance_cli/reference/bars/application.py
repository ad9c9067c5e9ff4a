"""The receiver as an ASGI application: requests in, replies out, nothing ever escapes."""

from __future__ import annotations

import logging
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass

import msgspec
from starlette.applications import Starlette
from starlette.requests import ClientDisconnect, Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import Receive, Scope, Send

from conformance_cli.reference.bars.calls import FHIR_JSON, Call, Reply
from conformance_cli.reference.bars.conduct import Outgoing, Stage
from conformance_cli.reference.bars.headers import CORRELATION_ID, REQUEST_ID, Visit
from conformance_cli.reference.bars.outcomes import (
    Problem,
    Refused,
    method_not_allowed,
    not_found,
    not_implemented,
    operation_outcome,
    server_error,
)
from conformance_cli.reference.bars.receiver import Attempt, Receiver
from conformance_cli.reference.bars.routes import Operation, by_path

_log = logging.getLogger(__name__)

_ECHOED = (REQUEST_ID, CORRELATION_ID)


#: Waits for some seconds.
Pause = Callable[[float], Awaitable[None]]


def application(receiver: Receiver, pause: Pause) -> Starlette:
    """The ASGI application of one receiver; ``pause`` is how it lets time pass."""
    paths = {**by_path(), "/{path:path}": {}}
    starlette = Starlette(
        routes=[Route(path, _Endpoint(receiver, on, pause)) for path, on in paths.items()]
    )
    starlette.router.redirect_slashes = False
    return starlette


@dataclass(frozen=True, slots=True)
class _Endpoint:
    """All that one path answers.

    Handlers run to their end without giving way, so requests never interleave in them.
    """

    receiver: Receiver
    #: By method.
    operations: Mapping[str, Operation]
    pause: Pause

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        call = await _call(Request(scope, receive))
        try:
            reply = await self._handled(call, self._chosen(call))
        except Refused as refused:
            reply = self._refusal(refused.problem)
        except Exception:  # noqa: BLE001 - whatever breaks, the caller sees no innards of ours
            _log.exception("the reference receiver broke")
            reply = self._refusal(server_error())
        self.receiver.served += 1
        reply = self.receiver.conduct.amend(Outgoing(call, _echoing(call, reply), self.receiver))
        await self.pause(reply.delay_s)
        content = b"" if reply.body is None else msgspec.json.encode(reply.body)
        response = Response(content, reply.status, dict(reply.headers))
        await response(scope, receive, send)

    async def _handled(self, call: Call, operation: Operation) -> Reply:
        receiver = self.receiver
        receiver.conduct.enforce(Stage.REQUEST, Visit(call, operation))
        if not operation.writes:
            return operation.handle(receiver, call)
        attempt = Attempt(call, receiver.ledger)
        receiver.conduct.enforce(Stage.DUPLICATES, attempt)
        receiver.ledger.in_process.add(attempt.key)
        try:
            await self.pause(receiver.conduct.processing_s)
            reply = operation.handle(receiver, call)
            receiver.ledger.processed.add(attempt.key)
        finally:
            receiver.ledger.in_process.discard(attempt.key)
        return reply

    def _chosen(self, call: Call) -> Operation:
        """The operation that a request asks for; refuses what is not here, or not yet."""
        if not self.operations:
            raise Refused(not_found("There is nothing at this path."))
        operation = self.operations.get(call.method)
        version = self.receiver.version
        if operation is not None and operation.since <= version:
            return operation
        offered = [method for method, o in self.operations.items() if o.since <= version]
        if operation is not None or not offered:
            raise Refused(not_implemented())
        raise Refused(method_not_allowed(", ".join(offered)))

    def _refusal(self, problem: Problem) -> Reply:
        receiver = self.receiver
        outcome = operation_outcome(problem, receiver.identities.mint(), receiver.stamp())
        return Reply(problem.status, outcome, problem.headers)


async def _call(request: Request) -> Call:
    try:
        body = await request.body()
    except ClientDisconnect:
        body = b""
    return Call(
        method=request.method,
        path=request.url.path,
        base=str(request.base_url).rstrip("/"),
        headers={name.lower(): value for name, value in request.headers.items()},
        query=tuple(request.query_params.multi_items()),
        body=body,
        parts=dict(request.path_params),
    )


def _echoing(call: Call, reply: Reply) -> Reply:
    """BARS-COM-002: every reply brings back the ids of its request."""
    echoed = {name: call.header(name) for name in _ECHOED if call.header(name)}
    headers = {"Content-Type": FHIR_JSON, **echoed, **reply.headers}
    return Reply(reply.status, reply.body, headers, reply.delay_s)
