"""E-mail: what a provider tells us of it, what of it is answered, how it becomes a message, and how replies leave.

The mesh knows nothing of it: a mail comes in by one webhook and one route, and leaves by an actor that follows whoever
delivers. What the metadata of a message say of its mail is a `Letter`.
"""
