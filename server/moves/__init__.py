"""People move into units and out of them, and units are merged and split: pages, and what goes with
whom."""
