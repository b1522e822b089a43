"""What Prometheus is told: what every worker counted, and how it stands."""
