"""What the service promises its clients, as models: every answer and frame, and the documents made from them."""
