"""How satisfied the customer was: one answer sheet an invitation."""
