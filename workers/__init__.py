"""The processes: intake, workflow worker, actor worker, gateway, and the stack that runs them all."""
