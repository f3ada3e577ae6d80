"""What the history says about the mesh's work: facts taken from it, and the queries over them (docs/insights.md)."""
