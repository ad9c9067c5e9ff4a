"""The wire: the only package that opens sockets to the endpoint under test.

``client`` sends and bounds, ``auth`` and ``client_credentials`` prove who is calling,
``tls`` says whom to trust, ``rate`` paces, and ``redaction`` turns what was sent and
received into what may be written.
"""
