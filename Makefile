# The two that matter: "make run" and "make test".

LINT_VERSION := v2.15.0
LINT := .cache/bin/golangci-lint-$(LINT_VERSION)

SYSTEMS := linux windows darwin
VERSION := $(shell git describe --tags --always --dirty 2>/dev/null || echo devel)
PROGRAM := frontdesk$(shell go env GOEXE)

# How long "make soak" looks: per fuzz target, executions of those that read
# what strangers wrote (answers, amounts, archives), properties per rapid test.
FUZZTIME ?= 20s
FUZZCOUNT ?= 1000000x
FUZZCOUNTED := FuzzAnswers FuzzParseEncodeParse FuzzReadHAR
RAPID ?= 1000

export GOFLAGS := $(GOFLAGS) -buildvcs=false
SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DELETE_ON_ERROR:
.PHONY: help run build test soak requirements lint fmt setup

help:
	@echo 'make run     build, and open a demo sign-up; ARGS="--clock 2026-03-10" passes flags'
	@echo 'make test    install what the tests need, then check everything (minutes)'
	@echo 'make soak    repeat, fuzz and search longer (a quarter of an hour)'
	@echo 'make requirements   what the payment page promises, W-01 to W-63, and the tests that keep it'
	@echo 'make build   build ./$(PROGRAM)'
	@echo 'make lint    the rules of the house          make fmt   put the code into shape'

run: build
	./$(PROGRAM) demo $(ARGS)

build:
	go build -trimpath -ldflags '-s -w -X main.version=$(VERSION)' -o $(PROGRAM) ./cmd/frontdesk

test: setup
	go build ./...
	@for os in $(SYSTEMS); do echo "go vet for $$os"; GOOS=$$os go vet -tags soak ./... || exit; done
	$(LINT) fmt --diff
	$(LINT) run
	go test -race -shuffle=on -count=1 -v ./... 2>&1 | awk -f .ci/summary.awk

# Each part looks for its tests by name, so a new one is found by itself:
# TestWholePath is the sign-up in a real terminal and a real browser, TestSoak…
# (behind the build tag soak) is too long for every day, Fuzz… is fuzzed, and
# packages that use rapid are searched deeper.
soak: setup
	go test -run '^TestWholePath' -count=10 -v ./cmd/frontdesk 2>&1 | awk -f .ci/summary.awk
	go test -tags soak -run '^TestSoak' -timeout 10m -v ./... 2>&1 | awk -v none=fine -f .ci/summary.awk
	@packages=$$(go list -f '{{.ImportPath}} {{.TestImports}} {{.XTestImports}}' ./... | awk '/pgregory.net\/rapid/ {print $$1}'); \
	for package in $$packages; do \
		echo "rapid: $$package, $(RAPID) properties per test"; \
		go test -timeout 5m -v $$package -rapid.checks=$(RAPID) 2>&1 | awk -f .ci/summary.awk || exit; \
	done
	@for package in $$(go list ./...); do \
		targets=$$(go test -list '^Fuzz' $$package) || exit; \
		targets=$$(sed -n '/^Fuzz/p' <<<"$$targets"); \
		for target in $$targets; do \
			case ' $(FUZZCOUNTED) ' in *" $$target "*) long=$(FUZZCOUNT);; *) long=$(FUZZTIME);; esac; \
			echo "fuzz: $$package $$target, $$long"; \
			go test -run '^$$' -fuzz "^$$target\$$" -fuzztime $$long -fuzzminimizetime 10x -timeout 60m $$package || exit; \
		done; \
	done

# What the payment page promises, and which test keeps it.
requirements: setup
	go test -count=1 -v -run 'TestW[0-9]' ./... 2>&1 | awk -f .ci/requirements.awk

lint: $(LINT)
	$(LINT) run

fmt: $(LINT)
	$(LINT) fmt

setup: $(LINT)
	@.ci/setup

# Built with the toolchain of this module: a linter cannot read newer code than
# its own compiler. It stays outside go.mod, whose versions are the program's.
$(LINT):
	mkdir -p .cache/bin
	GOTOOLCHAIN=$$(go env GOVERSION) GOBIN='$(CURDIR)/.cache/bin' \
		go install github.com/golangci/golangci-lint/v2/cmd/golangci-lint@$(LINT_VERSION)
	mv .cache/bin/golangci-lint $@
