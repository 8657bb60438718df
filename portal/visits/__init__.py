"""One appointment of one technician for one ticket, planned at the desk and worked on a phone."""
