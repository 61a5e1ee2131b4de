"""How much the compressed picture changes; decides what is decoded."""
