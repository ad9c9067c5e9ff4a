"""One client serves many threads, each with connections that nobody else uses meanwhile."""

from __future__ import annotations

import threading

from conformance_cli.model.exchange import Request
from tests.wire.raw_server import raw_server, response


def test_every_thread_gets_the_answer_to_its_own_question(client):
    together = threading.Barrier(8)
    wrong: list[object] = []
    with raw_server(lambda talk: talk.send(response(talk.request.split(b" ")[1] * 99))) as server:
        one = client(server.base_url)

        def work(number: int) -> None:
            together.wait(5)
            for count in range(20):
                request = Request("GET", f"{server.base_url}/{number}/{count}")
                exchange = one.send(request, f"t{number}/{count}")
                answer = f"/{number}/{count}".encode() * 99
                if exchange.response is None or exchange.response.body != answer:
                    wrong.append(exchange)
                if exchange.id != f"t{number}/{count}" or exchange.request.url != request.url:
                    wrong.append(exchange)

        threads = [threading.Thread(target=work, args=(n,)) for n in range(8)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(20)
    assert not wrong
    assert len(server.requests) == 160
    assert server.connections <= 8


def test_closing_ends_also_the_connections_that_are_still_busy(client):
    arrived, go = threading.Event(), threading.Event()

    def hold(talk):
        arrived.set()
        go.wait(5)
        talk.send(response(b"late"))

    with raw_server(hold) as server:
        one = client(server.base_url)
        found: list[object] = []
        thread = threading.Thread(
            target=lambda: found.append(one.send(Request("GET", server.base_url + "/"), "t/1"))
        )
        thread.start()
        arrived.wait(5)
        one.close()
        go.set()
        thread.join(5)
        assert found[0].response.body == b"late"
        # The busy connection was closed when it came back: this is a new one.
        assert one.send(Request("GET", server.base_url + "/"), "t/2").response
        assert server.connections == 2
