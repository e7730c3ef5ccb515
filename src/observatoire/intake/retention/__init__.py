"""How long each thing is kept, and what happens to the points of facts after that."""
