# Reelhouse: `make demo` and `make test` are all that a newcomer needs.

SWIFT ?= swift
BUILD := $(SWIFT) build -c release
REELHOUSE = $$($(BUILD) --show-bin-path)/reelhouse
BENCH = $$($(BUILD) --show-bin-path)/reelhouse-bench
COMPILE_FLAGS := --explicit-target-dependency-import-check error

# Debian's packages of the C libraries and tools that are linked or used.
PACKAGES := libsqlite3-dev libzstd-dev zlib1g-dev libsimdjson-dev libxxhash-dev libssl-dev libpq-dev librdkafka-dev libmongoc-dev libcurl4-openssl-dev pkg-config

# What only tests need; without it they are skipped by name.
TEST_PACKAGES := postgresql pgbouncer python3-venv

.DEFAULT_GOAL := help
.PHONY: help deps test-deps build demo test test-airflow soak lint sanitize bench bench-peers bench-live bench-fetch install clean

help: ## Show what there is to make
	@grep -E '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | awk -F '\t' '{printf "  make %-12s %s\n", $$1, $$2}'

deps: ## Install the C libraries that are missing (Debian, Ubuntu); elsewhere say which they are
	@.ci/deps $(PACKAGES)

test-deps: ## Install the servers that only tests need, where apt is there; else their tests are skipped by name
	@! command -v apt-get >/dev/null 2>&1 || .ci/deps $(TEST_PACKAGES) || echo "Tests that need a server are skipped."
	@! command -v apt-get >/dev/null 2>&1 || .ci/deps chromium || echo "Tests of pages in a browser are skipped."
	@.ci/test-mongo >/dev/null || echo "Tests that need a MongoDB server are skipped."
	@.ci/test-tmdb >/dev/null || echo "Tests that need a server like TMDB's are skipped."
	@.ci/test-parquet duckdb >/dev/null && .ci/test-parquet pyarrow >/dev/null || echo "Tests of Parquet files are skipped."

build: deps ## Build the command in release
	@$(BUILD) $(COMPILE_FLAGS) --product reelhouse

demo: build ## Load the sample data into warehouse.db and show what is in it
	@rm -f warehouse.db warehouse.db-wal warehouse.db-shm warehouse.db-journal
	@$(REELHOUSE) run --now 2026-11-21T00:00:00Z
	@echo
	@$(REELHOUSE) report
	@echo "The command is $(REELHOUSE); 'make install' puts it on the PATH."

test: deps test-deps ## Run every test
	@$(SWIFT) test $(COMPILE_FLAGS)

test-airflow: deps ## Install Apache Airflow into a virtual environment, and run what 'nightly --emit airflow' prints in it
	@.ci/test-airflow >/dev/null
	@$(SWIFT) test $(COMPILE_FLAGS) --filter AirflowDagTests

soak: deps test-deps ## Run the tests of kills and networks with more rounds, and the long ones that 'make test' leaves out
	@REELHOUSE_SOAK=1 $(SWIFT) test $(COMPILE_FLAGS) --filter 'Kill|Network|Soak|FaultTests|LawOrder|LawRepeat|MongoFailure|KafkaMemory|KafkaOrder|KafkaCleanup|KafkaRights|aBrokerThatStops|MongoRoundTrip|FetchCommand'

lint: ## Check the format of the code
	@$(SWIFT) format lint --strict --recursive --parallel Package.swift Sources Tests schema

sanitize: deps ## Run the tests under the address and the thread sanitizer
	@.ci/sanitize

bench: deps ## Measure a million events, and what the parts could do alone
	@$(BUILD) --product reelhouse
	@$(BUILD) --product reelhouse-bench
	@$(BENCH) $(BENCH_FLAGS)

bench-peers: BENCH_FLAGS += --peers
bench-peers: bench ## The same with DuckDB taking turns on the same files

bench-live: deps test-deps ## Measure temporary PostgreSQL, Kafka and MongoDB servers, beside what others do with them
	@$(BUILD) --product reelhouse
	@$(BUILD) --product reelhouse-bench
	@$(BENCH) live $(BENCH_FLAGS)

bench-fetch: deps test-deps ## Measure `reelhouse fetch` beside curl's parallel mode, from a server on this machine
	@$(BUILD) --product reelhouse
	@$(BUILD) --product reelhouse-bench
	@$(BENCH) fetch $(BENCH_FLAGS)

install: build ## Install the command, its manual and completions below PREFIX (/usr/local)
	@.ci/install "$(REELHOUSE)" "$(or $(PREFIX),/usr/local)"

clean: ## Remove what was built, and the demo's warehouse
	@rm -rf .build warehouse.db warehouse.db-wal warehouse.db-shm warehouse.db-journal data/raw
