"""Running OneRing on a machine: its Postgres, its processes, and how they start and stop."""
