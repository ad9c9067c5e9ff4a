"""A quick look at resources, which says whether there is surely nothing to report.

Nearly every part of nearly every resource is sound.  To find that out, the walk over the
definitions does several times the work that it takes, as it keeps track of places and asks
every rule.  So once a type of resource was met a few times, functions are made for its
properties, from Python source that is generated from the definitions: one function for
each, with nothing in it but what that property needs.

The answer is ``True`` only where the walk would report nothing; ``False`` says nothing, and
the walk goes through those properties.  Where what a rule says depends on a few texts alone
(a code and its system, the URL of an extension), the walk teaches the functions which texts
it had nothing to say about.
"""
