# git dualfix: see README.md for what it is, HACKING.md for how it is laid out.
#
#	make            build/plain/git-dualfix
#	make check      all tests        make check-asan   the same, sanitized
#	make check-backends               once more, with git reading the objects
#	make lint       the house laws   make bench        the figures
#	make check-kill runs killed at any instant
#	make check-faults  runs in which something fails; check-faults-asan sanitized
#	make check-valgrind  the same under valgrind
#	make doc        the manual pages, their tables as the program has them
#	make install    DESTDIR= prefix=
#	V=1 shows the commands, SANITIZE=address,undefined builds build/asan.

prefix = /usr/local
bindir = $(prefix)/bin
mandir = $(prefix)/share/man
datadir = $(prefix)/share

CC ?= cc
PKG_CONFIG ?= pkg-config
PROVE ?= prove
PYTHON ?= python3
LIBS = libgit2 libcurl jansson libpcre2-8 yaml-0.1

CFLAGS ?= -O2 -g
WARN = -Wall -Wextra -Wshadow -Wstrict-prototypes -Wmissing-prototypes \
	-Wpointer-arith -Wwrite-strings -Wvla -Wundef -Wformat=2 -Wno-format-nonliteral
ifdef DEVELOPER
WARN += -Werror
endif

FLAVOUR = plain
ifdef SANITIZE
FLAVOUR = asan
SANFLAGS = -fsanitize=$(SANITIZE) -fno-omit-frame-pointer -fno-sanitize-recover=all
endif
O = build/$(FLAVOUR)

ALL_CPPFLAGS = -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64 -iquote src -I$(O)/gen \
	$(shell $(PKG_CONFIG) --cflags $(LIBS)) $(CPPFLAGS)
ALL_CFLAGS = -std=c11 -pthread $(WARN) $(CFLAGS) $(SANFLAGS)
ALL_LIBS = $(shell $(PKG_CONFIG) --libs $(LIBS)) -pthread $(LDLIBS)

VERSION = 0.1.0

ifeq ($(V),1)
Q =
say = @:
else
Q = @
say = @printf '  %-7s %s\n'
endif

SRC := $(sort $(wildcard src/*/*.c))
OBJ := $(SRC:%.c=$(O)/%.o)
TEMPLATES := $(sort $(wildcard templates/*.* templates/*/*.*))
EMBEDDED := $(filter-out templates/batch/%,$(TEMPLATES))
HOOKS := $(sort $(wildcard hooks/*))
UNIT := $(sort $(wildcard tests/unit/u-*.c))
UNIT_BIN := $(UNIT:tests/unit/%.c=$(O)/tests/%)

.DELETE_ON_ERROR:
.SUFFIXES:
.PHONY: all check check-unit check-shell check-backends check-asan check-faults \
	check-faults-asan check-kill check-valgrind lint fuzz doc install uninstall clean FORCE bench bench-checkout \
	bench-codemod bench-edits bench-edits-all bench-keyless bench-large bench-live \
	bench-pipeline bench-sandbox bench-seed bench-verdicts

all: $(O)/git-dualfix

$(O)/git-dualfix: $(O)/src/main.o $(O)/libdualfix.a
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $^ $(ALL_LIBS)

# Quick append: two folders may have a file of one name.
$(O)/libdualfix.a: $(OBJ) $(O)/gen/templates.o $(O)/files
	$(say) AR $@
	$(Q)rm -f $@ && ar qcs $@ $(filter %.o,$^)

# Flags are a prerequisite of every object: changed flags rebuild.
$(O)/flags: FORCE
	@mkdir -p $(O)/gen
	@printf '%s\n' '$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(VERSION)' >$@.new
	@if cmp -s $@ $@.new; then rm -f $@.new; else mv $@.new $@; fi

# So is the list of files: what is gone must not live on in the archive.
$(O)/files: FORCE
	@mkdir -p $(O)
	@printf '%s\n' $(SRC) $(TEMPLATES) $(HOOKS) >$@.new
	@if cmp -s $@ $@.new; then rm -f $@.new; else mv $@.new $@; fi

$(O)/%.o: %.c $(O)/flags
	$(say) CC $<
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) -DDUALFIX_VERSION='"$(VERSION)"' $(ALL_CFLAGS) -MMD -MP -c -o $@ $<

# templates/ and hooks/ compiled in: text files become one table of name and bytes.
$(O)/gen/templates.c: templates/embed.sh $(EMBEDDED) $(HOOKS) $(O)/files
	$(say) GEN $@
	$(Q)sh templates/embed.sh $(filter-out %/embed.sh,$(EMBEDDED)) $(HOOKS) >$@

$(O)/gen/templates.o: $(O)/gen/templates.c
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

$(O)/tests/%: tests/unit/%.c $(O)/libdualfix.a $(O)/flags
	$(say) TEST $@
	@mkdir -p $(@D)
	$(Q)$(CC) $(ALL_CPPFLAGS) -Itests/unit $(ALL_CFLAGS) -MMD -MP -MF $@.d $(LDFLAGS) -o $@ $< \
		$(O)/libdualfix.a $(shell $(PKG_CONFIG) --libs cmocka) $(ALL_LIBS)

# What the manual pages have of the program's tables.
TABLES_SRC = tests/doc/print-tables.c tests/doc/completion.c
$(O)/print-tables: $(TABLES_SRC) tests/doc/completion.h $(O)/libdualfix.a $(O)/flags
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CPPFLAGS) -Itests/doc $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(TABLES_SRC) \
		$(O)/libdualfix.a $(ALL_LIBS)

doc: $(O)/print-tables
	$(Q)set -e; for f in $(MAN) $(COMPLETIONS); do \
		sh doc/splice.sh $(O)/print-tables $$f >$(O)/page; \
		cmp -s $(O)/page $$f || { cat $(O)/page >$$f; echo "  DOC     $$f"; }; done

# A test that hangs fails, by name.
TEST_CLOCK := $(if $(shell command -v timeout),timeout -k 10 900)

check: check-unit check-shell lint

check-unit: $(UNIT_BIN)
	$(Q)$(PROVE) -q $(if $(UNIT_BIN),-e '$(TEST_CLOCK)' $(UNIT_BIN))

check-shell: all $(O)/print-tables $(O)/bench-edits $(O)/failalloc.so
	$(Q)GIT_DUALFIX_BUILD='$(abspath $(O))' $(PROVE) -j4 \
		-e '$(TEST_CLOCK) sh' tests/t/t[0-9]*.sh

# The shell tests once more, on what git reads; then on ids of another length and, where
# git knows them (2.45 on), refs in a table.
check-backends: all $(O)/print-tables $(O)/bench-edits
	$(Q)for kind in 'sha1 files' 'sha256 reftable'; do set -- $$kind; \
		DUALFIX_TEST_BACKEND=git DUALFIX_TEST_FORMAT=$$1 DUALFIX_TEST_REFS=$$2 \
		GIT_DUALFIX_BUILD='$(abspath $(O))' $(PROVE) -j4 \
			-e '$(TEST_CLOCK) sh' tests/t/t[0-9]*.sh || exit 1; done

check-asan:
	$(Q)$(MAKE) SANITIZE=address,undefined CFLAGS='-O1 -g' check-unit check-shell

lint:
	$(Q)sh tests/lint/run.sh

$(O)/measure: tests/bench/measure.c $(O)/flags
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $<

# BENCH_ARGS='--runs 3 keyless', say.
bench: all $(O)/measure
	$(Q)$(PYTHON) tests/bench/bench.py --program $(O)/git-dualfix \
		--measure $(O)/measure $(BENCH_ARGS)

# The edit engine against the history of REPO: SEED chooses commits and damage.
REPO = .
SEED = 1
HUNKS = 500
BENCH_EDITS = $(filter-out %/measure.c %/large.c %/boxes.c,$(wildcard tests/bench/*.c))

$(O)/bench-edits: $(BENCH_EDITS) $(wildcard tests/bench/*.h) $(O)/libdualfix.a $(O)/flags
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CPPFLAGS) -Itests/bench $(ALL_CFLAGS) $(LDFLAGS) -o $@ $(BENCH_EDITS) \
		$(O)/libdualfix.a $(ALL_LIBS)

$(O)/bench-large: tests/bench/large.c $(O)/libdualfix.a $(O)/flags
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(O)/libdualfix.a $(ALL_LIBS)

bench-edits: $(O)/bench-edits
	$(Q)$(PYTHON) tests/bench/hunks.py '$(REPO)' '$(SEED)' '$(HUNKS)' >$(O)/hunks
	$(Q)$(O)/bench-edits -s '$(SEED)' <$(O)/hunks

# The same for all of REPOS, and the sums by kind.
bench-edits-all: $(O)/bench-edits
	$(Q)PYTHON='$(PYTHON)' sh tests/bench/edits-all.sh $(O) '$(SEED)' '$(HUNKS)' $(REPOS)

bench-large: $(O)/bench-large
	$(Q)$(O)/bench-large

# Moving the scratch checkout of REPO by five files, against git worktree add.
bench-checkout: all
	$(Q)$(PYTHON) tests/bench/checkout.py --program $(O)/git-dualfix --repo '$(REPO)' \
		$(BENCH_ARGS)

# A regex edit over the tree of REPO against git grep -P of the same pattern.
bench-codemod: all
	$(Q)$(PYTHON) tests/bench/codemod.py --program $(O)/git-dualfix --repo '$(REPO)' \
		$(BENCH_ARGS)

# Each fuzzer for FUZZ_SECONDS, its finds and corpus under build/fuzz/;
# FUZZ='plan sse' names some. make -j2 fuzz runs two at a time.
FUZZ_SECONDS = 60
FUZZ := $(patsubst tests/fuzz/fuzz-%.c,%,$(sort $(wildcard tests/fuzz/fuzz-*.c)))
FUZZ_SAN = address,undefined -fno-omit-frame-pointer -fno-sanitize-recover=all

fuzz:
	$(Q)$(MAKE) FLAVOUR=fuzz CC=clang CFLAGS='-O1 -g' \
		SANFLAGS='-fsanitize=fuzzer-no-link,$(FUZZ_SAN)' $(FUZZ:%=fuzz-%)

$(FUZZ:%=$(O)/fuzz-%): $(O)/fuzz-%: tests/fuzz/fuzz-%.c $(O)/libdualfix.a $(O)/flags
	$(say) FUZZ $@
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(LDFLAGS) -o $@ $< \
		-fsanitize=fuzzer $(O)/libdualfix.a $(ALL_LIBS)

.PHONY: $(FUZZ:%=fuzz-%)
$(FUZZ:%=fuzz-%): fuzz-%: $(O)/fuzz-%
	$(Q)mkdir -p $(O)/corpus/$*
	$(Q)$(O)/fuzz-$* -max_total_time=$(FUZZ_SECONDS) -timeout=10 -max_len=16384 \
		-print_final_stats=1 -artifact_prefix=$(O)/$*- $(O)/corpus/$* \
		tests/fuzz/corpus/$* >$(O)/$*.log 2>&1 || { tail -n 40 $(O)/$*.log; exit 1; }
	$(Q)sed -n 's/^stat::number_of_executed_units: */  $*: inputs /p' $(O)/$*.log

# What overlapping makes of published latencies, simulated: SCALE shortens them.
bench-seed: all
	$(Q)$(PYTHON) tests/bench/seed.py --program $(O)/git-dualfix $(BENCH_ARGS)

# How near a run comes to its lower bound, and to the same one after the other; simulated.
bench-pipeline: all
	$(Q)$(PYTHON) tests/bench/pipeline.py --program $(O)/git-dualfix $(BENCH_ARGS)

# The same from the endpoints that REPO has configured, over the folder ISSUES.
bench-live: all
	$(Q)test -n '$(ISSUES)' || { echo 'usage: make bench-live ISSUES=folder [REPO=.]' >&2; exit 2; }
	$(Q)cd '$(REPO)' && $(PYTHON) '$(CURDIR)/tests/bench/live.py' \
		--program '$(abspath $(O))/git-dualfix' '$(abspath $(ISSUES))'

# Of injected compile errors, how many are cured with no model, and how many wrongly.
bench-keyless: all
	$(Q)$(PYTHON) tests/bench/keyless.py --program $(O)/git-dualfix $(BENCH_ARGS)

# Runs killed at any instant: KILLS of them at random, then at every STEP-th system call.
KILLS = 2000
STEP = 7
check-kill: all
	$(Q)$(PYTHON) tests/crash/kill.py --program $(O)/git-dualfix --random $(KILLS) \
		--syscalls $(STEP) $(KILL_ARGS)

# Runs in which the n-th allocation or system call fails; needs strace.
$(O)/failalloc.so: tests/crash/failalloc.c $(O)/flags
	$(say) LINK $@
	$(Q)$(CC) -D_GNU_SOURCE -std=c11 $(WARN) -O1 -g -fno-omit-frame-pointer -fPIC -shared \
		-o $@ $< -ldl

check-faults: all $(O)/failalloc.so
	$(Q)$(PYTHON) tests/crash/faults.py --program $(O)/git-dualfix \
		--shim $(O)/failalloc.so --step $(STEP) $(FAULT_ARGS)

# Allocations that fail, and what a sanitizer finds on the ways out.
check-faults-asan:
	$(Q)$(MAKE) SANITIZE=address,undefined CFLAGS='-O1 -g' \
		FAULT_ARGS='--allocations --last 2500 $(FAULT_ARGS)' check-faults

# The same kinds of runs under valgrind.
check-valgrind: all $(O)/failalloc.so
	$(Q)$(PYTHON) tests/crash/faults.py --program $(O)/git-dualfix \
		--shim $(O)/failalloc.so --valgrind $(FAULT_ARGS)

# Whether spoilt fixes are called fixed: N of them, and a quarter as many whole ones.
N = 1000

bench-verdicts: all
	$(Q)$(PYTHON) tests/bench/verdicts.py --program $(O)/git-dualfix -n '$(N)' \
		--seed '$(SEED)' $(BENCH_ARGS)

# What checks cost in each sandbox.
$(O)/boxes: tests/bench/boxes.c $(O)/libdualfix.a $(O)/flags
	$(say) LINK $@
	$(Q)$(CC) $(ALL_CPPFLAGS) $(ALL_CFLAGS) -MMD -MP -MF $@.d $(LDFLAGS) -o $@ $< \
		$(O)/libdualfix.a $(ALL_LIBS)

bench-sandbox: $(O)/boxes
	$(Q)$(O)/boxes $(BENCH_ARGS)

# Templates are compiled in; the installed ones are there to be read and copied.
MAN := $(sort $(wildcard doc/*.[1-8]))
COMPLETIONS := $(sort $(wildcard doc/completion/*))
INSTALL_TEMPLATES = $(filter-out %/embed.sh,$(TEMPLATES))
dest = $(DESTDIR)$(1)
# Each shell looks in a place of its own; bash wants the command's bare name.
COMPLETED = bash-completion/completions/git-dualfix zsh/site-functions/_git-dualfix \
	fish/vendor_completions.d/git-dualfix.fish

install: all
	$(Q)install -d '$(call dest,$(bindir))'
	$(Q)install -m 755 $(O)/git-dualfix '$(call dest,$(bindir))/git-dualfix'
	$(Q)set -e; for f in $(MAN); do \
		d='$(call dest,$(mandir))'/man$${f##*.}; \
		install -d "$$d"; install -m 644 "$$f" "$$d/"; done
	$(Q)set -e; for f in $(INSTALL_TEMPLATES); do \
		d='$(call dest,$(datadir))'/git-dualfix/$${f%/*}; \
		install -d "$$d"; install -m 644 "$$f" "$$d/"; done
	$(Q)set -e; for f in $(COMPLETED); do \
		d='$(call dest,$(datadir))'/$${f%/*}; n=$${f##*/}; install -d "$$d"; \
		case $$f in bash*) n=$$n.bash ;; esac; \
		install -m 644 "doc/completion/$$n" '$(call dest,$(datadir))'/"$$f"; done

uninstall:
	rm -f '$(call dest,$(bindir))/git-dualfix'
	$(Q)for f in $(MAN); do \
		rm -f '$(call dest,$(mandir))'/man$${f##*.}/$${f##*/}; done
	$(Q)for f in $(COMPLETED); do rm -f '$(call dest,$(datadir))'/$$f; done
	rm -rf '$(call dest,$(datadir))/git-dualfix'

clean:
	rm -rf build

-include $(shell find build -name '*.d' 2>/dev/null)
