"""A terminology server on loopback that says what a test tells it to."""

import json
import threading
import time
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Stub:
    """``answers`` maps paths to what is answered: a resource, or a function of the request.

    ``asked`` collects the path and the parameters of each request.
    """

    def __init__(self):
        self.answers = {}
        self.asked = []
        #: Of the last request.
        self.headers = {}
        self.status = 200
        self.delay = 0.0
        self.raw = None
        self.url = ""

    def validate(self, path="ValueSet/$validate-code", **values):
        names = {"result": "valueBoolean", "display": "valueString", "message": "valueString"}
        self.answers[path] = {
            "resourceType": "Parameters",
            "parameter": [{"name": n, names.get(n, "valueString"): v} for n, v in values.items()],
        }


@contextmanager
def running():
    stub = Stub()

    class Handler(BaseHTTPRequestHandler):
        def log_message(self, *args):
            pass

        def _answer(self):
            path, _, query = self.path.partition("?")
            length = int(self.headers.get("Content-Length") or 0)
            body = json.loads(self.rfile.read(length)) if length else {}
            said = {}
            for one in body.get("parameter", ()):
                (value,) = [v for n, v in one.items() if n != "name"]
                said[one["name"]] = value
            name = path.removeprefix("/fhir/")
            stub.asked.append((name, said or query))
            stub.headers = dict(self.headers)
            time.sleep(stub.delay)
            answer = stub.answers.get(name, {"resourceType": "OperationOutcome"})
            answer = answer(said) if callable(answer) else answer
            data = json.dumps(answer).encode() if stub.raw is None else stub.raw
            try:
                self.send_response(stub.status)
                self.send_header("Location", "http://127.0.0.1:9/elsewhere")
                self.end_headers()
                self.wfile.write(data)
            except OSError:
                pass  # who asked has given up

        do_GET = do_POST = _answer  # noqa: N815 - what the standard library calls them

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    stub.url = f"http://127.0.0.1:{server.server_address[1]}/fhir"
    thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
    thread.start()
    try:
        yield stub
    finally:
        server.shutdown()
        server.server_close()
        thread.join(5)
