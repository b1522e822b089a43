"""What is told of sign-ins and refusals: who, what, when, and how much of it at most."""
