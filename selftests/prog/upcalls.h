/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tests of what an agent is told and gives back: they play the agent, and all
 * frames run through attached programs.  A test is what stands between
 * test_begin() and test_end().
 */
#ifndef SELFTESTS_PROG_UPCALLS_H
#define SELFTESTS_PROG_UPCALLS_H

#include "gateway.h"

#define RECORDS_MAX 16
#define ARRIVALS_MAX 4

/* Adds to what is wrong with the test that runs. */
#define EXPECT(what)                                                           \
	do {                                                                   \
		if (!(what))                                                   \
			problem_add("line %d: not so: %s\n", __LINE__, #what); \
	} while (0)

extern struct packet frame; /* that was sent */
extern struct upcall_packet record[RECORDS_MAX]; /* what the agent was told */
extern size_t n_records;
extern struct arrival got[ARRIVALS_MAX]; /* what left */
extern size_t n_got;

bool records_open(void);
void records_close(void);
void records_read(void);
void test_begin(void);
void test_end(const char *text);
uint64_t dropped(enum drop_reason reason); /* in this test */
/* The agent listens for so many seconds more; -1: its lease is over, 0: there
 * has never been one. */
void set_lease(int seconds);
/* Empty maps and this network, an agent that listens. */
void in_network(const char *text);

/* By a guest's interface, a NIC, or "agent", the tap. */
void send_frame(const char *device, const struct vnet_header *h);
void send_text(const char *device, const char *text);
/* Gives back what was recorded, as kind, or as it was where that is 0. */
void give_back(const struct upcall_packet *p, uint32_t kind);
/* As a router learns it. */
void learn(const char *router, const char *lrp, const uint8_t ip[4],
	   const char *mac_of);

/* The only frame that left. */
void expect_frame(const char *device, const char *text);
/* The only record: this packet, and where it came in. */
void expect_packet(const char *router, const char *lrp, const char *ip,
		   const char *text);
void expect_origin(enum reinject_kind kind, const char *datapath,
		   const char *inport, const char *outport, const char *device);

/* test_upcall.c keeps these, test_reinject.c gives them back. */
extern struct upcall_packet kept, kept_at_router;
void test_give_back(void);
void test_places(void); /* each in a network of its own */

#endif /* SELFTESTS_PROG_UPCALLS_H */
