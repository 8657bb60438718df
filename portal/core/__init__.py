"""What all slices stand on; knows no slice."""
