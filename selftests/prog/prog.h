/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of the BPF programs.  Each test is a line of a table: where a frame
 * comes in, the frame, what becomes of it.  The BPF objects share one
 * set of unpinned maps, filled by the loader's compiler from a network that
 * is written as text.
 *
 *   network.c, network_nat.c
 *               network text -> struct nb, placement -> compile() -> image
 *   names.c     what frame texts call by name
 *   text.c, layers.c
 *               frame text -> bytes
 *   device.c    a network namespace of our own, taps as guests and NICs
 *   harness.c   objects, maps, drop counters;  ct.c  connections
 *   run.c       one test: BPF_PROG_TEST_RUN, then the same frame sent through
 *               the attached programs; compares and explains (tap.c)
 *   counters.c  packet counters, places of drops
 *   upcalls.c   what an agent is told, and gives back
 *   reasons.c   whether the tables reach every drop reason
 *   test_*.c    the tables;  test_prog.c  main()
 */
#ifndef SELFTESTS_PROG_H
#define SELFTESTS_PROG_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "ovsdb/ovsdb.h"
#include "compile/compile.h"
#include "nb/nb.h"
#include "nb/placement.h"
#include "packet.h"

#define COPIES_MAX 6
#define UNDERLAY "ens3"
#define LOCALNET "ens9" /* NIC of the physical network */
#define UNDERLAY_MTU 1500

/* Frame text: layers separated by '|', see text.c.  Verdicts:
 *   "redirect DEV"   out leaves by DEV
 *   "drop REASON"    and that counter moves
 *   "pass"           out goes on to the stack
 *   "consumed"       no more of it, and no drop is counted
 *   "sent"           nothing but the copies leaves, each redirected or cloned
 * On top of it, copies: "DEV: frame text".  No counter moves but the one
 * named in the verdict or, if not NULL, in counts. */
struct test {
	const char *name;
	/* "vif DEV"; at the underlay "tc", "xdp" or "underlay", which is both;
	 * at the physical network "localnet-tc", "localnet-xdp", "localnet" */
	const char *at;
	const char *in;
	const char *verdict;
	const char *out; /* NULL: as in, where a verdict has one */
	const char *copies[COPIES_MAX];
	const char *counts; /* a reason counted beside the verdict */
	bool is_lax; /* what comes out is as wrong as what went in */
	bool no_test_run; /* the kernel refuses such frames there, or sees
			     less in them than in one from a wire */
	bool by_tc; /* XDP leaves it: a packet must be built, for instance */
	/* "STATE TUPLE": there is one such record then, FREE: none; ct.c */
	const char *ct;
	/* Packet counters that move, and where the drop is; counters.c. */
	const char *counters;
	const char *place;
};

/* One line of a table; further members by name. */
#define TEST(...) TEST_LINE(__VA_ARGS__) /* arguments may be macros */
#define TEST_LINE(test_name, test_at, test_in, test_verdict, test_out, ...)    \
	{                                                                      \
		.name = test_name, .at = test_at, .in = test_in,               \
		.verdict = test_verdict, .out = test_out, ##__VA_ARGS__        \
	}

struct test_group {
	const char *name;
	const char *network; /* text */
	const struct test *tests; /* in order: later ones see what was learned */
	size_t n_tests;
	void (*before)(void); /* what the host has been through, or NULL */
	void (*after)(void); /* more checks, or NULL */
	/* Connections outlive a line: the whole group is run at TC, then once
	 * more with XDP in front, each time from empty maps.  There XDP has
	 * to do all that is redirected and counts nothing, but for by_tc. */
	bool is_stateful;
};

#define TEST_GROUP(group_name, text, table, ...)                               \
	{                                                                      \
		.name = group_name, .network = text, .tests = table,           \
		.n_tests = sizeof(table) / sizeof(*table), __VA_ARGS__         \
	}

/* ---- network.c, names.c ---- */

struct alias {
	char name[64];
	uint8_t mac[6];
	uint8_t ip[4];
	bool has_ip;
};

struct network {
	struct nb nb;
	struct placement placement;
	char self[64];
	struct compile_binding bindings[32];
	size_t n_bindings;
	struct compile_mapping mappings[4];
	size_t n_mappings;
	struct compile_output out;
	struct alias alias[96];
	size_t n_aliases;
};

/* Aborts with a message on a bad text: a mistake in a test. */
void network_build(struct network *n, const char *text);
void network_free(struct network *n);
const struct alias *network_alias(const struct network *n, const char *name);
/* Tunnel key of a switch, router, port or "flood", "flood_l2", "unknown". */
uint32_t network_key(const struct network *n, const char *name);

/* ---- text.c ---- */

/* sport of outer headers that the text leaves open. */
#define SPORT_ANY 40000

/* in: the frame that "quote" layers refer to, may be NULL. */
void text_to_packet(struct packet *p, const char *text,
		    const struct network *net, const struct packet *in);
/* Gives the fields that "?NAME" left open the values of got, finishes the
 * checksums and keeps the values for "$NAME" in later texts.  False: a value
 * is outside of what the text allows. */
bool text_adopt(struct packet *wanted, const struct packet *got);
/* Value kept, 0: none. */
uint16_t text_variable(const char *name);

/* ---- device.c ---- */

struct device {
	char name[16];
	uint32_t ifindex;
	int fd; /* tap: what the other end of the wire reads and writes */
	bool is_attached; /* a program runs on what is written */
};

/* What a frame says about itself in front of the bytes, virtio 1.2 5.1.6. */
struct vnet_header {
	uint8_t flags, gso_type;
	uint16_t hdr_len, gso_size, csum_start, csum_offset;
};

void devices_init(void); /* enters a new network namespace */
struct device *device_get(const char *name); /* made at first use */
/* Next frame, at most wait_ms; false: none. */
bool device_read(struct device *d, struct packet *p, int wait_ms);
int device_write(struct device *d, const struct packet *p,
		 const struct vnet_header *h);
/* Throws away what waits on every device. */
void devices_drain(void);
/* Every frame that waits or comes within wait_ms, with its device; stops when
 * max are there. */
struct arrival {
	struct device *device;
	struct packet packet;
};
size_t devices_collect(struct arrival *to, size_t max, int wait_ms);
void device_set_up(struct device *d, bool is_up);
/* Out of the kernel; its ifindex stays in what was written of it. */
void device_delete(struct device *d);
void device_set_mac(struct device *d, const uint8_t mac[6]);
/* Runs a TC program on what is written to it, if none does yet: by clsact, not
 * TCX, so that it is the same on every kernel we run on. */
void device_attach(struct device *d, int program_fd);
void device_add_neighbor(struct device *d, const uint8_t ip[4],
			 const uint8_t mac[6]);

/* ---- harness.c ---- */

enum program {
	PROGRAM_VIF,
	PROGRAM_TC,
	PROGRAM_XDP,
	PROGRAM_CT_DELETE,
	PROGRAM_REINJECT,
	PROGRAM_COUNT
};

void harness_init(void);
int harness_program(enum program p); /* fd */
int harness_map(const char *name); /* fd */
/* Empties all maps and writes the network's. */
void harness_load(const struct network *n);
/* Sum over CPUs of packets, by reason. */
void harness_drops(uint64_t counts[DROP_REASON_COUNT]);
const char *drop_name(enum drop_reason r);
enum drop_reason drop_by_name(const char *name); /* aborts if unknown */
void harness_attach_vif(struct device *d);
void harness_attach_reinject(struct device *d); /* an agent's tap */
/* UNDERLAY or LOCALNET; replaces the other mode. */
void harness_attach_nic(struct device *d, bool with_xdp);
void harness_clear(const char *name); /* removes every entry */
/* So many records and buckets of the connection table in use; harness_load()
 * gives all back. */
void harness_ct_size(uint32_t records, uint32_t buckets);
/* As if the maps had other contents, or the programs had learned. */
void harness_new_generation(void);
void harness_new_epoch(void);
/* For what each CPU notes for itself: from now on programs run on one, which is
 * returned; and then on those they ran on before. */
int harness_one_cpu(void);
void harness_any_cpu(void);
/* Sum over CPUs. */
uint64_t harness_ct_event(enum ct_event e);
/* Packets of that number in "counter", over CPUs. */
uint64_t counter_read(uint32_t number);

struct outcome {
	int err; /* of BPF_PROG_TEST_RUN itself, -errno */
	int retval;
	size_t meta_len; /* XDP: bytes of metadata handed over */
	struct packet out;
};

/* Runs it as if the frame had come to d. */
void program_run(enum program which, const struct device *d,
		 const struct packet *in, struct outcome *o);

/* ---- ct.c ---- */

/* "PROTO SRC[:PORT]>DST[:PORT]" of the opener before translation, "$NAME" for
 * ports; ICMP: the id as the first port.  Its record, or UINT32_MAX. */
uint32_t ct_find(const char *tuple, struct ct_val *val);
/* "STATE TUPLE": NULL, or what is wrong with the tuple's only record;
 * "FREE TUPLE" where there must be none. */
const char *ct_check(const char *text);
/* So that its time is over. */
void ct_expire(const char *tuple);
size_t ct_count(void); /* records in use */

/* ---- counters.c ---- */

/* Gives the image's objects their numbers in map "counter". */
void counters_assign(struct network *n);
void counters_line(void); /* another line begins */
/* Around one run of the line. */
void counters_begin(const struct test *t, enum drop_reason reason);
void counters_compare(const char *what, const struct test *t,
		      enum drop_reason reason, bool is_passed);

/* ---- run.c ---- */

extern struct network net; /* of the group that runs */

void test_group_run(const struct test_group *g);
/* For checks outside a table, tap.c: TAP's "ok" or "not ok" with an explanation. */
void test_ok(const char *name);
void test_fail(const char *name, const char *format, ...)
	__attribute__((format(printf, 2, 3)));
int tests_failed(void); /* so far */
void tests_end(void); /* TAP's plan */

/* ---- reasons.c ---- */

/* A test expected a packet to be dropped for it, and its counter moved. */
void reason_reached(enum drop_reason r);
/* Each reason as a test of its own, failed where no test reached it; after
 * all groups. */
void reasons_check(void);

extern char problem[8192]; /* what is wrong with the line that runs */
void problem_add(const char *format, ...) __attribute__((format(printf, 1, 2)));

#endif /* SELFTESTS_PROG_H */
