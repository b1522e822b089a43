"""A story of three people who write a draft together, played on a service and held against what should happen."""
