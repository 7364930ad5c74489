"""People move into units and out of them: their page, and what is done with meters and open bills."""
