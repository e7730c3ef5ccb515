"""French wire names, one seam: English attributes, French aliases."""
