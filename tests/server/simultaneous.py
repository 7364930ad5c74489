"""Several who act at the very same moment, each on a connection of its own."""

import threading

from django.db import connection


def together(*jobs) -> list[object]:
    """Runs all at the same moment, each on its own connection; answers results or errors."""
    barrier, results = threading.Barrier(len(jobs)), [None] * len(jobs)

    def run(place: int, job) -> None:
        barrier.wait(30)
        try:
            results[place] = job()
        except Exception as error:
            results[place] = error
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=item) for item in enumerate(jobs)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return results
