"""Routers: each returns an edited route and adds no business data. One file each, named as on the wire."""
