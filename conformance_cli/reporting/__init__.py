"""Reports: one judged run in many formats, one module per format.

``registry`` renders a format by name; ``console`` and ``pretty`` follow a live run.
"""
