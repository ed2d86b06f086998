"""One HTTP client for all targets: the only room that imports httpx and stamina."""
