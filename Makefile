# The two commands of the README are `make demo` and `make test`. Each starts from
# nothing but Go: it installs what is missing, or says the one line that does.

N    ?= 2000
SEED ?= 1

.PHONY: demo test soak bench build install clean

demo: build ## a campaign under seal, from a generated cohort of N to the verified traces
	bin/sceau demo --candidates $(N) --seed $(SEED)

test: install ## everything that must hold, with short counts
	scripts/test.sh

soak: install ## the same tests with the full counts
	scripts/soak.sh

bench: build ## one line a figure: bench NAME VALUE UNIT
	scripts/bench.sh

build: install
	go build -trimpath -o bin/sceau ./cmd/sceau

install:
	@scripts/install.sh

clean: ## what was built; `bin/sceau down` first, if parts are up
	rm -rf bin
