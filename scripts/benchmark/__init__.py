"""What OneRing reaches beside what the machine allows, measured in the same run."""
