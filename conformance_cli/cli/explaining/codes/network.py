"""Codes about reaching the endpoint: addresses, TLS, tokens, bounds."""

from __future__ import annotations

from conformance_cli.cli.explaining.words import Explanation

_PEM = "Give a PEM file: text with -----BEGIN ...----- and -----END ...----- lines."

NETWORK = {
    "endpoint-invalid": Explanation(
        "The base URL cannot be used.",
        "Write http(s)://host[:port]/path, without user name, query or fragment.",
    ),
    "endpoint-unreachable": Explanation(
        "No connection to the endpoint could be made.",
        "Check the host name, the port, the proxy and the network; `conformance check` says "
        "where it stops.",
    ),
    "tls-handshake": Explanation(
        "A connection was made, and no TLS session came of it.",
        "For a private authority give `--ca-bundle`; for mutual TLS `--client-cert` and "
        "`--client-key`.",
    ),
    "proxy-invalid": Explanation(
        "The proxy cannot be used.", "Write it as http://[user:password@]host:port."
    ),
    "allowed-host-invalid": Explanation(
        "A host that may be contacted is not written as one.", "Write host or host:port."
    ),
    "rate-limit-invalid": Explanation("The rate limit is not a rate.", "Write it as 5/s or 300/m."),
    "limit-invalid": Explanation(
        "A bound on time or size is not more than zero, and would refuse everything.",
        "Give a positive value.",
    ),
    "test-range-invalid": Explanation(
        "A range of NHS numbers set aside for testing is not a range.",
        "Give two numbers of ten digits.",
    ),
    "ca-bundle-missing": Explanation(
        "The CA bundle is not there.", "Check the path of `--ca-bundle`."
    ),
    "ca-bundle-unreadable": Explanation("The CA bundle may not be read.", "Check its permissions."),
    "ca-bundle-invalid": Explanation("The CA bundle holds no certificate that can be read.", _PEM),
    "client-cert-missing": Explanation(
        "The client certificate is not there, or a key was given without one.",
        "Check `--client-cert` and `--client-key`.",
    ),
    "client-cert-unreadable": Explanation(
        "The client certificate may not be read.", "Check its permissions."
    ),
    "client-cert-invalid": Explanation("The client certificate cannot be understood.", _PEM),
    "client-key-missing": Explanation(
        "The client key is not there.", "Check the path of `--client-key`."
    ),
    "client-key-unreadable": Explanation(
        "The client key may not be read.", "Check its permissions."
    ),
    "client-key-invalid": Explanation("The file of the client key holds no private key.", _PEM),
    "client-key-encrypted": Explanation(
        "The client key is protected by a pass phrase, and nobody is asked for one.",
        "Decrypt it: `openssl pkey -in KEY -out DECRYPTED`, and keep the result safe.",
    ),
    "client-key-mismatch": Explanation(
        "The client key does not belong to the client certificate.",
        "Give the pair that was issued together.",
    ),
    "signing-key-invalid": Explanation(
        "The private key for signed tokens cannot be used with the algorithm.",
        "Give an unencrypted PEM key of the right kind: RSA for RS and PS, EC for ES.",
    ),
    "signing-algorithm-invalid": Explanation(
        "The signing algorithm is none that works with a private key.",
        "The hint lists those that do; the default is RS512.",
    ),
    "token-url-invalid": Explanation(
        "The address of the token endpoint cannot be used.",
        "Write it as https://host/path in `[auth] token-url`.",
    ),
    "token-url-insecure": Explanation(
        "The token endpoint is not https: the token could be read on its way.",
        "Use its https address; plain http is allowed on this machine only.",
    ),
    "token-unreachable": Explanation(
        "The token endpoint did not answer.", "Check its address and the network to it."
    ),
    "token-refused": Explanation(
        "The token endpoint refused to give a token. Its own words are in the message.",
        "Check client id, key id and key; the public key must be registered there, and the "
        "clocks must agree.",
    ),
    "token-response-invalid": Explanation(
        "What the token endpoint answered is not a token response (RFC 6749 section 5.1).",
        "Check that `token-url` is the token endpoint and not the API.",
    ),
    "token-unavailable": Explanation(
        "A token was asked for before there was a connection to fetch it over.",
        "This is a fault of this tool; please report it.",
    ),
    "port-not-available": Explanation(
        "The bundled server cannot listen on the port.", "Choose another one, or leave it out."
    ),
    "reference-not-started": Explanation(
        "The bundled server did not start in time.", "Try again on a less busy machine."
    ),
    "reference-not-ready": Explanation(
        "The bundled server does not even pass the pack's preflight.",
        "If you changed the pack or the server, look at the step that the message names.",
    ),
    "reference-version-not-found": Explanation(
        "The bundled server does not speak this version of the standard.",
        "The message lists the versions that it speaks.",
    ),
    "supplier-not-found": Explanation(
        "There is no reference supplier of the name that the pack gives.",
        "The hint lists them; others are added by the entry point `conformance.suppliers`.",
    ),
    "fault-not-found": Explanation(
        "The reference supplier, or the pack, knows no fault of this name.",
        "`conformance demo --list-faults` lists them; a pack expects them under `faults:`.",
    ),
}
