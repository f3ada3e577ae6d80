"""The one workflow."""
