"""The servers: each speaks `etl.model.ports.Target`."""
