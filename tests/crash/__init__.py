"""The real processes, killed at random instants: nothing may be lost and nothing taken twice."""
