"""Processors: each adds one enrichment and never touches the route. One file each, named as on the wire."""
