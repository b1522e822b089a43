"""Proofs of the log: its Merkle tree, signed checkpoints, and what anybody can verify without trusting us."""
