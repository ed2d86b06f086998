"""AtroCore and AtroPIM, generation /api/v1 (2.0 to 2.2)."""
