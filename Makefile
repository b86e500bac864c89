# Bandeja. `make run` serves the demo, `make test` runs every test.
SHELL := /bin/bash
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo dev)
LDFLAGS := -s -w -X main.version=$(VERSION)
export CGO_ENABLED ?= 0

.PHONY: bench-browser run build web widget go dev test test-go test-web test-e2e lint fmt bench screenshots api clean

run: build ## Build everything and serve the demo on http://localhost:8080
	@bin/bandeja demo

build: web widget go ## Build bin/bandeja with the web app and the widget inside

go:
	@scripts/need go
	go build -trimpath -ldflags '$(LDFLAGS)' -o bin/bandeja ./cmd/bandeja

web: web/node_modules/.ok
	@cd web && npm run --silent build

widget: widget/node_modules/.ok
	@cd widget && npm run --silent build

%/node_modules/.ok: %/package-lock.json
	@scripts/need node
	cd $* && npm install --no-save --no-audit --no-fund --loglevel=error
	@touch $@

dev: web/node_modules/.ok widget/node_modules/.ok ## Run the demo with the web app reloading as you edit
	@scripts/dev

test: ## Install what the tests need, then run every test and the linters
	@scripts/test

test-go: ## Go tests on SQLite and PostgreSQL, with the race detector
	@scripts/with-postgres env CGO_ENABLED=1 go test -race ./...

test-web: web/node_modules/.ok widget/node_modules/.ok ## Unit tests of the web app and the widget
	@cd web && npm run --silent test && npm run --silent typecheck
	@cd widget && npm run --silent test && npm run --silent typecheck

test-e2e: build e2e/node_modules/.ok ## Browser tests against the real binary
	@cd e2e && npx playwright test

lint: go web/node_modules/.ok widget/node_modules/.ok ## Linters
	@scripts/lint

fmt: ## Format everything
	go tool -modfile=tools/go.mod golangci-lint fmt
	cd web && npx biome check --write .

bench: build ## Measure; prints a table and writes bench/results.json
	@scripts/with-postgres bin/bandeja bench run --out bench/results.json
	@scripts/with-postgres go test -run '^$$' -bench Ingest -benchtime 5s ./internal/inbox

BENCH_DATA ?= bench/data

bench-browser: build e2e/node_modules/.ok ## Measure in a browser, on a million contacts kept in bench/data
	@test -d $(BENCH_DATA) || scripts/bench-data $(BENCH_DATA)
	@cd e2e && BANDEJA_BENCH_DATA=$(abspath $(BENCH_DATA)) npx playwright test -c measure.config.ts

screenshots: build e2e/node_modules/.ok ## Take a picture of every screen, into screenshots/
	@cd e2e && npx playwright test -c screenshots.config.ts

api: go web/node_modules/.ok ## Renew the API description and the web app's types from the server
	bin/bandeja openapi > web/openapi.json
	cd web && npm run --silent api

clean:
	rm -rf bin web/dist/assets web/src/api/schema.d.ts widget/dist/*.js
