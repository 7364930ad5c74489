# Each target sets up what it needs. `make demo` and `make test` are all that a newcomer has to know.
PY := .venv/bin/python

.PHONY: setup demo test test-fast crash-test failover-test lint bench soak lock

setup:
	@tools/setup.sh

demo: setup
	@$(PY) -m lobbypay demo

test: setup
	@$(PY) -m pytest -q -n 3 --dist loadfile --no-loadscope-reorder --durations=15 tests

FAST := contract kiosk/core kiosk/runtime kiosk/central server/payments server/ledger test_tidy.py

test-fast: setup
	@$(PY) -m pytest -q -n 2 --dist loadfile --no-loadscope-reorder -m "not slow" $(FAST:%=tests/%)

crash-test: setup
	@$(PY) -m lobbypay crash-test

failover-test: setup
	@tools/setup_failover.sh
	@$(PY) -m lobbypay crash-test --failover --rounds 12

lint: setup
	@$(PY) -m ruff format --check .
	@$(PY) -m ruff check .
	@.venv/bin/basedpyright
	@.venv/bin/lint-imports

bench: setup
	@for b in benchmarks/bench_*.py; do $(PY) $$b || exit 1; done

soak: setup
	@$(PY) -m lobbypay soak

lock:
	@$(PY) -m uv --version >/dev/null 2>&1 || $(PY) -m pip install --quiet uv
	@$(PY) -m uv pip compile pyproject.toml --all-extras --generate-hashes --universal \
		--python-version 3.11 --no-header --no-annotate --quiet -o requirements.lock
