"""The running service: private cluster, web processes and job runner, started in order and kept alive."""
