"""The floor between the subject and the web: PostGIS, files, jobs, the command line."""
