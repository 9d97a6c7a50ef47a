# What people type. `make help` lists it.
.DEFAULT_GOAL := help

# The examples' HTTP ports and the like are chosen by the examples themselves.
SWIFT ?= swift
BUILD := .build/debug
RELEASE := .build/release

.PHONY: help
help: ## list the targets
	@awk -F':.*## ' '/^[a-z-]+:.*## /{printf "  make %-14s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: packages
packages: ## install the system packages that building needs and that are missing, and say which
	@scripts/install-packages build

.PHONY: example-packages
example-packages: packages
	@scripts/install-packages examples

.PHONY: test-packages
test-packages: packages
	@scripts/install-packages examples tests

.PHONY: build
build: packages ## debug build of the agent and its drivers
	$(SWIFT) build

.PHONY: run
run: example-packages ## run the pipeline example and watch it end
	$(SWIFT) build
	$(BUILD)/hostler run docs/examples/pipeline.nomad.hcl

.PHONY: test
test: test-packages ## run every test
	$(SWIFT) build --build-tests
	$(SWIFT) test --skip-build

.PHONY: test-clients
test-clients: build ## drive an agent with python-nomad, a client that was written for Nomad (needs PyPI)
	scripts/test-clients

.PHONY: model-check
model-check: packages ## walk every state of the lifecycle core for groups of up to 5 tasks
	$(SWIFT) build -c release --product model-check
	$(RELEASE)/model-check

SEEDS ?= 2000
FIRST_SEED ?= 1

.PHONY: simulate
simulate: packages ## run the simulator: SEEDS=N runs on virtual time, from FIRST_SEED=S
	$(SWIFT) build -c release --product simulate
	$(RELEASE)/simulate $(SEEDS) $(FIRST_SEED)

.PHONY: torture
torture: build ## kill supervisors under running tasks and compare what is told with what was done
	scripts/torture $(KILLS)

.PHONY: test-asan
# Leaks are not looked for: the test runner itself has one.
test-asan: test-packages ## run every test under the address sanitizer
	ASAN_OPTIONS=detect_leaks=0 $(SWIFT) test --sanitize address --scratch-path .build-asan

.PHONY: test-tsan
test-tsan: test-packages ## run every test under the thread sanitizer
	$(SWIFT) test --sanitize thread --scratch-path .build-tsan

.PHONY: release
release: packages ## build dist/: the agent and its drivers, for machines without Swift
	scripts/build-release

.PHONY: bench
bench: release ## run the benchmarks and print their ratios
	scripts/bench

.PHONY: format
format: ## format every source file
	$(SWIFT) format -i -r Package.swift Sources SDK Plugins Tests

.PHONY: lint
lint: ## check the format without changing anything
	$(SWIFT) format lint -s -r Package.swift Sources SDK Plugins Tests

.PHONY: clean
clean: ## remove everything that was built
	rm -rf .build .build-asan .build-tsan dist
