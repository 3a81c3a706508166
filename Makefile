# SPDX-License-Identifier: GPL-2.0-only
# make            install what a build needs, build build/xovn
# make demo       the tutorial's network on three hosts in namespaces (KEEP=1: leave it up)
#                 LIVE=1: live databases, the tutorial's commands typed as it gives them,
#                 KINDS="node1=stock node3=stock": stock OVN on some of the hosts
# make test       unit, BPF program and topology tests
# make test-san   what runs longest in user space, under the sanitizers
# make fuzz       libFuzzer on what strangers' bytes reach first, and random networks and
#                 frames against a model, TIME=60 seconds each
# make soak       traffic, changes and restarts of agents for TIME=600 seconds
# make vmtest     the tests under Debian's kernels in VMs, K="6.1 6.12 newest", T= which,
#                 A="tcx clsact" by which attachments
# make veristat   what the programs cost this kernel's verifier, against
#                 selftests/budget/figures.tsv (UPDATE=1: written there);
#                 K="6.1 6.12 newest": Debian's kernels, in VMs
# make clangs     the same, built by the clangs of Debian 12 and 13
# make bench      what it costs, beside what Linux costs; asserts nothing; some 15 minutes,
#                 FULL=1: live clusters, a million connections and a million
#                 backends as well, T= which
# make bench-ovs  the same beside stock OVN and the kernel's Open vSwitch, in a VM,
#                 some 10 minutes; K=6.1 under which of Debian's kernels
# make dashboard  every query of doc/grafana/xovn.json asked of a Prometheus
# make features   doc/features.md, from what the loader reads
# make lint       formatting, static checks, file length
# make deb        Debian package for the suite that this is, build/deb/*.deb
# make test-deb   packages for Debian 12 and 13, installed, upgraded and purged there,
#                 and the README's commands typed on a bare machine; T=12: one of them
# make man        the manual's pages, build/man/
# make install DESTDIR= PREFIX= SYSCONFDIR=, make uninstall, make clean
# NODEPS=1        never call the package manager
# V=1             show the commands
# SAN=1           user space with the sanitizers (address, leak, undefined
#                 behavior), in build/san

CLANG ?= clang
BPFTOOL ?= bpftool
PREFIX ?= /usr/local
SYSCONFDIR ?= /etc
ZSHDIR ?= share/zsh/site-functions
# BPF objects are the same with and without sanitizers
BPF_B := build
B := build$(if $(SAN),/san)

# sudo-less users have no sbin in PATH, Debian keeps bpftool and ethtool there
export PATH := $(PATH):/usr/sbin:/sbin

VERSION := $(shell cat VERSION)

# Undefined behavior ends the program, as an address error does.  gcc's guesses
# at lengths and values go wrong in what the sanitizers add.
SAN_FLAGS := -fsanitize=address,undefined -fno-sanitize-recover=all \
	-fno-omit-frame-pointer -Wno-format-truncation -Wno-maybe-uninitialized
CFLAGS ?= $(if $(SAN),-O1 -g1,-O2 -g)
override CFLAGS += -std=gnu11 -Wall -Wextra -Werror $(if $(SAN),$(SAN_FLAGS)) \
	-fstack-protector-strong -fno-common -D_GNU_SOURCE -D_FILE_OFFSET_BITS=64
CPPFLAGS += -Iinclude -Iloader -I$(BPF_B) -DXOVN_VERSION='"$(VERSION)"'
LDFLAGS += -Wl,-z,relro,-z,now -Wl,--as-needed
LDLIBS := -lbpf -lelf -lz -ljansson -lssl -lcrypto -lmnl -lcap-ng -lncursesw -ltinfo
TESTFLAGS := -I. -Imaps -Iselftests/lib \
	-DXOVN_TEST_DATA='"$(CURDIR)/selftests/data"'

# BTF has names of files: the same ones wherever it is built
BPF_CFLAGS := -O2 -g -target bpf -mcpu=v3 -std=gnu11 -Wall -Wextra -Werror \
	-ffile-prefix-map=$(CURDIR)=. -I. -Iinclude -Imaps

BPF_SRC := $(sort $(wildcard bpf/*.bpf.c))
BPF_OBJ := $(BPF_SRC:bpf/%.bpf.c=$(BPF_B)/%.bpf.o)
SKEL := $(BPF_OBJ:.bpf.o=.skel.h)

SRC := $(sort $(wildcard loader/*.c loader/*/*.c))
OBJ := $(SRC:%.c=$(B)/%.o)
LIB_OBJ := $(filter-out $(B)/loader/main.o,$(OBJ))

TESTLIB_OBJ := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard selftests/lib/*.c)))
UNIT := $(patsubst selftests/unit/%.c,$(B)/unit/%,$(sort $(wildcard selftests/unit/test_*.c)))
PROG_OBJ := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard selftests/prog/*.c)))
MODEL_OBJ := $(patsubst %.c,$(B)/%.o,$(sort $(wildcard selftests/model/*.c)))
PROG := $(B)/prog/test_prog $(B)/prog/test_model
TOOLS := $(patsubst selftests/tools/%.c,$(B)/tools/%,$(sort $(filter-out \
	%.bpf.c,$(wildcard selftests/tools/*.c))))
TOOLS_SKEL := $(patsubst selftests/tools/%.bpf.c,$(BPF_B)/%.skel.h,\
	$(wildcard selftests/tools/*.bpf.c))
TEST_OBJ := $(TESTLIB_OBJ) $(PROG_OBJ) $(MODEL_OBJ) $(patsubst %.c,$(B)/%.o,\
	$(wildcard selftests/unit/*.c selftests/tools/*.c))

FUZZ := $(patsubst selftests/fuzz/%.c,$(B)/fuzz/%,\
	$(sort $(wildcard selftests/fuzz/*.c)))

# xovn-unbind.8 is a page that leads to another
MAN := $(patsubst doc/man/%.scd,$(B)/man/%,$(sort $(wildcard doc/man/*.scd))) \
	$(B)/man/xovn-unbind.8

DEPS = $(if $(NODEPS),@:,@sh scripts/deps.sh)
# What root makes in build/ belongs to whom the clone belongs to: "sudo make
# demo" does not stand in the way of "make deb" without sudo.
OWNED := [ "$$(id -u)" != 0 ] || [ ! -d build ] || chown -Rh --reference=Makefile build
# Debian's daemons for live hosts: unpacked in build/stock, not installed
STOCK = $(if $(NODEPS),@:,@trap '$(OWNED)' EXIT; sh scripts/stock.sh)
# Debian's Prometheus, likewise
PROMETHEUS = $(if $(NODEPS),@:,@trap '$(OWNED)' EXIT; sh scripts/unpack.sh build/prometheus \
	"prometheus prometheus-node-exporter" "prometheus promtool prometheus-node-exporter")
# all cores unless the caller has said -j
SUBMAKE = @+trap '$(OWNED)' EXIT; $(MAKE) --no-print-directory $(if $(V),,-s) \
	$(if $(filter -j%,$(MAKEFLAGS)),,-j$(shell nproc))

Q = $(if $(V),,@echo "  $(1) $(2)";)

.PHONY: all demo test test-san fuzz soak vmtest bench bench-ovs veristat clangs dashboard features \
	lint man deb test-deb clean \
	install uninstall build build-bpf build-skel build-tests build-unit build-upgrade \
	build-man build-fuzz deps
.DELETE_ON_ERROR:
.SECONDARY:

all: deps
	$(SUBMAKE) build

deps:
	$(DEPS) build

# The targets below it assume that the packages are there.
build: $(B)/xovn $(BPF_OBJ)

build-bpf: $(BPF_OBJ)

build-skel: $(SKEL) $(TOOLS_SKEL)

build-tests: $(UNIT) $(PROG) $(TOOLS) $(B)/tools/notcx.so $(B)/tools/mapwrites.so

build-unit: $(UNIT)

# xovn of other versions, for tests of upgrades
build-upgrade: build
	+@selftests/upgrade-variants $(B)

demo:
	$(DEPS) build demo $(if $(LIVE),test stock)
	$(if $(LIVE),$(STOCK))
	$(SUBMAKE) build $(B)/tools/talkd $(if $(LIVE),$(B)/tools/talk)
	@KEEP=$(KEEP) KINDS="$(KINDS)" selftests/demo$(if $(LIVE),-live)

test:
	$(DEPS) build demo test doc fuzz vm stock
	$(STOCK)
	$(SUBMAKE) build build-tests build-upgrade build-man build-fuzz
	$(SUBMAKE) SAN=1 build-unit
	@selftests/run $(T)

# Loader and agent: what packets do in the kernel is not the sanitizers' to see.
SAN_T := unit topo/17-trace topo/18-trace topo/41- topo/42- topo/43- topo/46- \
	topo/47- topo/48- topo/49- topo/55- topo/57- topo/76- topo/78-

test-san:
	$(DEPS) build demo test doc stock
	$(STOCK)
	$(SUBMAKE) SAN=1 build build-tests
	@SAN=1 selftests/run $(or $(T),$(SAN_T))

fuzz:
	$(DEPS) build fuzz
	$(SUBMAKE) build-fuzz $(B)/prog/test_model
	@selftests/fuzz/run $(T)

soak:
	$(DEPS) build demo test stock
	$(STOCK)
	$(SUBMAKE) build build-tests
	@TIME=$(or $(TIME),600) selftests/soak/run

vmtest:
	$(DEPS) build demo test vm
	$(SUBMAKE) build build-tests $(if $(findstring upgrade,$(T)),build-upgrade)
	@K="$(K)" selftests/vm/run $(T)

bench:
	$(DEPS) build demo test bench stock
	$(STOCK)
	$(SUBMAKE) build build-tests
	@selftests/bench/run $(T)

bench-ovs:
	$(DEPS) build demo test bench stock vm
	$(STOCK)
	$(SUBMAKE) build build-tests
	@K="$(K)" selftests/bench/ovs/run

dashboard:
	$(DEPS) build demo test
	$(PROMETHEUS)
	$(SUBMAKE) build build-tests
	@PROMETHEUS=$(CURDIR)/build/prometheus/bin selftests/run topo/78-dashboard

veristat:
	$(DEPS) build test $(if $(K),vm)
	$(SUBMAKE) build-bpf $(B)/tools/veristat
	@$(if $(K),K="$(K)" selftests/budget/kernels,selftests/budget/run) \
		$(if $(UPDATE),update,check)

clangs:
	$(DEPS) build test
	$(SUBMAKE) $(B)/tools/veristat
	@selftests/budget/clangs $(if $(UPDATE),update,check)

lint:
	$(DEPS) build test lint
	$(SUBMAKE) build-skel
	@scripts/lint.sh

clean:
	rm -rf $(B)

deb:
	$(DEPS) build doc deb
	@trap '$(OWNED)' EXIT; scripts/deb.sh

test-deb:
	$(DEPS) test deb
	@selftests/deb/run $(T)
	@selftests/deb/first-hour $(T)

man:
	$(DEPS) doc
	$(SUBMAKE) build-man

features:
	$(DEPS) build
	$(SUBMAKE) $(B)/tools/featurelist
	@FEATURELIST=$(B)/tools/featurelist scripts/features.sh >$(B)/features.md
	@mv $(B)/features.md doc/features.md

build-man: $(MAN)

build-fuzz: $(FUZZ)

# what is installed: file, directory below PREFIX, name there
define INSTALLED
$(B)/xovn sbin xovn
$(foreach m,$(MAN),$(m) share/man/man$(subst .,,$(suffix $(m))) $(notdir $(m))
)doc/completion/xovn.bash share/bash-completion/completions xovn
doc/completion/_xovn $(ZSHDIR) _xovn
$(foreach u,$(wildcard doc/systemd/*),$(u) lib/systemd/system $(notdir $(u))
)$(foreach d,$(sort $(wildcard doc/*.md)),$(d) share/doc/xovn $(notdir $(d))
)doc/grafana/xovn.json share/doc/xovn/examples grafana.json
endef
export INSTALLED

CONF := $(DESTDIR)$(SYSCONFDIR)/xovn/xovn.conf

install:
	$(DEPS) build doc
	$(SUBMAKE) build build-man
	@echo "$$INSTALLED" | while read -r file dir name; do \
		mode=644; [ "$$dir" != sbin ] || mode=755; \
		to=$(DESTDIR)$(PREFIX)/$$dir/$$name; \
		install -D -m $$mode "$$file" "$$to" || exit 1; \
		case $$name in *.service) sed -i "s|/usr/sbin/|$(PREFIX)/sbin/|" "$$to";; esac; \
		echo "  INSTALL $$to"; \
	done
	@[ -e "$(CONF)" ] || { install -D -m 644 doc/xovn.conf "$(CONF)" && \
		echo "  INSTALL $(CONF)"; }

uninstall:
	@echo "$$INSTALLED" | while read -r file dir name; do \
		rm -f "$(DESTDIR)$(PREFIX)/$$dir/$$name" || exit 1; \
	done
	@! cmp -s doc/xovn.conf "$(CONF)" || rm -f "$(CONF)"
	@rmdir "$(dir $(CONF))" 2>/dev/null || :
	@cd "$(DESTDIR)$(PREFIX)/share/doc" 2>/dev/null && rmdir xovn/examples xovn 2>/dev/null || :

$(B)/man/xovn-unbind.8: Makefile
	@mkdir -p $(@D)
	@echo .so man8/xovn-bind.8 >$@

$(B)/man/%: doc/man/%.scd scripts/manpage.sh include/drop.h include/ct.h
	@mkdir -p $(@D)
	$(call Q,MAN,$<)CC="$(CC)" scripts/manpage.sh $< >$@.scd
	@scdoc <$@.scd >$@

# BPF: `gen object` drops the DWARF that clang's -g adds beside the BTF.
$(BPF_B)/%.bpf.o: bpf/%.bpf.c Makefile
	@mkdir -p $(@D)
	$(call Q,BPF,$<)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c $< -o $(@:.bpf.o=.raw.o)
	@$(BPFTOOL) gen object $@ $(@:.bpf.o=.raw.o)

$(BPF_B)/%.bpf.o: selftests/tools/%.bpf.c Makefile
	@mkdir -p $(@D)
	$(call Q,BPF,$<)$(CLANG) $(BPF_CFLAGS) -MMD -MP -MT $@ -MF $(@:.o=.d) -c $< -o $(@:.bpf.o=.raw.o)
	@$(BPFTOOL) gen object $@ $(@:.bpf.o=.raw.o)

$(BPF_B)/%.skel.h: $(BPF_B)/%.bpf.o
	@$(BPFTOOL) gen skeleton $< name $*_bpf > $@

# User space. Only sources that include a skeleton wait for the BPF objects.
SKEL_USER := $(patsubst %.c,$(B)/%.o,$(shell grep -l 'skel\.h"' $(SRC) \
	$(wildcard loader/*/*.h selftests/*/*.c selftests/*/*.h) 2>/dev/null))
$(filter %.o,$(SKEL_USER)): | $(SKEL)
ifneq ($(filter %.h,$(SKEL_USER)),)
$(OBJ) $(TEST_OBJ): | $(SKEL)
endif

$(patsubst %.c,$(B)/%.o,$(wildcard selftests/tools/*.c)): | $(TOOLS_SKEL)

$(B)/loader/%.o: loader/%.c Makefile VERSION
	@mkdir -p $(@D)
	$(call Q,CC ,$<)$(CC) $(CPPFLAGS) $(CFLAGS) -fPIE -MMD -MP -c $< -o $@

$(B)/selftests/%.o: selftests/%.c Makefile VERSION
	@mkdir -p $(@D)
	$(call Q,CC ,$<)$(CC) $(CPPFLAGS) $(TESTFLAGS) $(CFLAGS) -fPIE -MMD -MP -c $< -o $@

$(B)/xovn: $(OBJ)
	$(call Q,LD ,$@)$(CC) $(CFLAGS) $(LDFLAGS) -pie $^ $(LDLIBS) -o $@

$(B)/libxovn.a: $(LIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(B)/libtest.a: $(TESTLIB_OBJ)
	@rm -f $@
	@$(AR) rcs $@ $^

$(B)/unit/%: $(B)/selftests/unit/%.o $(B)/libtest.a $(B)/libxovn.a
	@mkdir -p $(@D)
	$(call Q,LD ,$@)$(CC) $(CFLAGS) $(LDFLAGS) -pie $^ $(LDLIBS) -lcmocka -o $@

$(B)/prog/test_prog: $(PROG_OBJ) $(B)/libtest.a $(B)/libxovn.a
	@mkdir -p $(@D)
	$(call Q,LD ,$@)$(CC) $(CFLAGS) $(LDFLAGS) -pie $^ $(LDLIBS) -lcmocka -o $@

# taps are test_prog's
$(B)/prog/test_model: $(MODEL_OBJ) $(B)/selftests/prog/device.o \
	$(B)/selftests/prog/objects.o $(B)/libtest.a $(B)/libxovn.a
	@mkdir -p $(@D)
	$(call Q,LD ,$@)$(CC) $(CFLAGS) $(LDFLAGS) -pie $^ $(LDLIBS) -lcmocka -o $@

# Fuzzed code is compiled with clang's counters and sanitizers, in its own
# objects.
FUZZ_FLAGS := -O1 -g -fsanitize=address,undefined -fno-sanitize-recover=all
FUZZ_CC = $(CLANG) $(CPPFLAGS) $(TESTFLAGS) -std=gnu11 -D_GNU_SOURCE -Wall \
	-Wextra -Werror -MMD -MP $(FUZZ_FLAGS)
FUZZ_OBJ = $(patsubst %,$(B)/fuzz/%.o,$(1))
FUZZ_OVSDB := $(patsubst %,loader/ovsdb/%,read log standalone raft dump schema txn \
	store store_rows datum datum_copy datum_text json_text access) loader/error loader/utf8
# all of the compiler, and of the agent what needs neither server nor kernel
FUZZ_NETWORK := $(basename $(wildcard loader/nb/*.c loader/compile/*.c)) \
	$(filter-out loader/engine/engine,$(basename $(wildcard loader/engine/*.c))) \
	loader/refused loader/mac selftests/lib/rows
$(B)/fuzz/jsonrpc: $(call FUZZ_OBJ,loader/ovsdb/framing loader/error)
$(B)/fuzz/replica: $(call FUZZ_OBJ,loader/error $(patsubst %,loader/ovsdb/%,\
	replica update store store_rows change txn schema datum datum_copy datum_text \
	json_text access value))
$(B)/fuzz/dbfile: $(call FUZZ_OBJ,$(FUZZ_OVSDB))
$(B)/fuzz/network: $(call FUZZ_OBJ,$(FUZZ_OVSDB) $(FUZZ_NETWORK))
$(B)/fuzz/conf: $(call FUZZ_OBJ,$(FUZZ_OVSDB) $(patsubst %,loader/vswitch/%,\
	columns settings ports ofport export pairs link_table) \
	loader/sync/netlink loader/waits)
$(B)/fuzz/placement: $(call FUZZ_OBJ,loader/nb/placement loader/error loader/utf8)
$(B)/fuzz/microflow: $(call FUZZ_OBJ,loader/error loader/mac loader/trace/frame \
	$(basename $(wildcard loader/trace/microflow*.c)))
FUZZ_LIB := $(call FUZZ_OBJ,$(basename $(wildcard selftests/fuzz/lib/*.c)))

$(B)/fuzz/%.o: %.c Makefile
	@mkdir -p $(@D)
	$(call Q,CC ,$< (fuzz))$(FUZZ_CC) -fsanitize=fuzzer-no-link -c $< -o $@

$(FUZZ): $(B)/fuzz/%: $(B)/fuzz/selftests/fuzz/%.o $(FUZZ_LIB)
	$(call Q,LD ,$@)$(CLANG) $(FUZZ_FLAGS) -fsanitize=fuzzer $^ $(LDLIBS) -lcmocka -o $@

# the demo's, which needs no test library
$(B)/tools/talkd: $(B)/selftests/tools/talkd.o
	@mkdir -p $(@D)
	$(call Q,LD ,$@)$(CC) $(CFLAGS) $(LDFLAGS) -pie $^ -o $@

$(B)/tools/notcx.so: selftests/vm/notcx.c Makefile
$(B)/tools/mapwrites.so: selftests/bench/mapwrites.c Makefile
$(B)/tools/%.so:
	@mkdir -p $(@D)
	$(call Q,LD ,$@)$(CC) $(CFLAGS) -fPIC $(LDFLAGS) -shared $< -o $@

$(B)/tools/%: $(B)/selftests/tools/%.o $(B)/libtest.a $(B)/libxovn.a
	@mkdir -p $(@D)
	$(call Q,LD ,$@)$(CC) $(CFLAGS) $(LDFLAGS) -pie $^ $(LDLIBS) -o $@

-include $(OBJ:.o=.d) $(BPF_OBJ:.o=.d) $(TOOLS_SKEL:.skel.h=.bpf.d) $(TEST_OBJ:.o=.d)
-include $(shell find $(B)/fuzz -name '*.d' 2>/dev/null)
