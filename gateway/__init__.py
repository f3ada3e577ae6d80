"""The gateway: where customers and the desk meet the mesh, by HTTP and WebSocket."""
