"""Who is calling: tokens verified into actors, and nothing else believed."""
