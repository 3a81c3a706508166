// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "upcalls.h"

#define QUIET_MS 50 /* a packet may wait for a processor */

struct packet frame;
struct upcall_packet record[RECORDS_MAX];
size_t n_records;
struct arrival got[ARRIVALS_MAX];
size_t n_got;

static struct packet wanted;
static uint64_t before[DROP_REASON_COUNT];
static struct ring_buffer *ring;

static int on_record(void *arg, void *data, size_t size)
{
	(void)arg;
	if (n_records == RECORDS_MAX || size > sizeof(record[0]))
		return 0;
	memset(&record[n_records], 0, sizeof(record[0]));
	memcpy(&record[n_records++], data, size);
	return 0;
}

void records_read(void)
{
	n_records = 0;
	ring_buffer__consume(ring);
}

void test_begin(void)
{
	problem[0] = 0;
	devices_drain();
	records_read();
	harness_drops(before);
}

void test_end(const char *text)
{
	char name[200];

	snprintf(name, sizeof(name), "upcall: %s", text);
	if (problem[0])
		test_fail(name, "%s", problem);
	else
		test_ok(name);
}

uint64_t dropped(enum drop_reason reason)
{
	uint64_t now[DROP_REASON_COUNT];

	harness_drops(now);
	return now[reason] - before[reason];
}

/* The agent listens for so many seconds more; -1: its lease is over, 0: there
 * has never been one. */
void set_lease(int seconds)
{
	struct upcall_ctl ctl = {0};
	struct timespec now;
	uint32_t zero = 0;

	clock_gettime(CLOCK_MONOTONIC, &now);
	if (seconds)
		ctl.lease = (uint32_t)(now.tv_sec + seconds);
	if (bpf_map_update_elem(harness_map("upcall_ctl"), &zero, &ctl, 0))
		problem_add("upcall_ctl: %s\n", strerror(errno));
}

static void attach(struct device *d)
{
	if (!strcmp(d->name, "agent"))
		harness_attach_reinject(d);
	else if (!strncmp(d->name, "ens", 3))
		harness_attach_nic(d, true);
	else
		harness_attach_vif(d);
}

/* What it leads to is in record[] and got[]. */
void send_frame(const char *device, const struct vnet_header *h)
{
	struct device *d = device_get(device);

	attach(d);
	devices_drain();
	EXPECT(!device_write(d, &frame, h));
	n_got = devices_collect(got, ARRIVALS_MAX, QUIET_MS);
	records_read();
}

void send_text(const char *device, const char *text)
{
	text_to_packet(&frame, text, &net, NULL);
	send_frame(device, NULL);
}

/* Gives back what was recorded, as kind, or as it was where that is 0. */
void give_back(const struct upcall_packet *p, uint32_t kind)
{
	struct reinject origin = p->origin;

	if (kind)
		origin.kind = kind;
	packet_init(&frame);
	memcpy(frame.data, p->data, 14);
	memcpy(frame.data + 14, &origin, sizeof(origin));
	memcpy(frame.data + 14 + sizeof(origin), p->data + 14, p->len - 14);
	frame.len = p->len + sizeof(origin);
	send_frame("agent", NULL);
}

/* The only frame that left. */
void expect_frame(const char *device, const char *text)
{
	char diff[256];

	text_to_packet(&wanted, text, &net, NULL);
	if (n_got != 1) {
		problem_add("%zu frames left, not 1\n", n_got);
		return;
	}
	if (strcmp(got[0].device->name, device))
		problem_add("it left by %s, not %s\n", got[0].device->name,
			    device);
	else if (packet_diff(wanted.data, wanted.len, got[0].packet.data,
			     got[0].packet.len, diff, sizeof(diff)))
		problem_add("%s\n", diff);
}

void expect_packet(const char *router, const char *lrp, const char *ip,
		   const char *text)
{
	struct upcall_packet *p = &record[0];
	char address[20];

	text_to_packet(&wanted, text, &net, NULL);
	EXPECT(n_records == 1);
	EXPECT(p->head.kind == UPCALL_PACKET);
	EXPECT(p->head.datapath == network_key(&net, router));
	EXPECT(p->head.port == network_key(&net, lrp));
	snprintf(address, sizeof(address), "%u.%u.%u.%u", p->head.ip[0],
		 p->head.ip[1], p->head.ip[2], p->head.ip[3]);
	EXPECT(!strcmp(address, ip));
	EXPECT(p->len == wanted.len);
	EXPECT(!memcmp(p->data, wanted.data, wanted.len));
}

void expect_origin(enum reinject_kind kind, const char *datapath,
		   const char *inport, const char *outport, const char *device)
{
	struct reinject *r = &record[0].origin;

	EXPECT(r->kind == kind);
	EXPECT(r->datapath == network_key(&net, datapath));
	EXPECT(r->inport == network_key(&net, inport));
	EXPECT(r->outport == (outport ? network_key(&net, outport) : 0));
	EXPECT(r->ifindex == (device ? device_get(device)->ifindex : 0));
}

/* As a router learns it. */
void learn(const char *router, const char *lrp, const uint8_t ip[4],
	   const char *mac_of)
{
	struct neighbor_key key = {.datapath = network_key(&net, router),
				   .port = network_key(&net, lrp)};
	struct neighbor_val val = {0};

	memcpy(key.ip, ip, 4);
	memcpy(val.mac, network_alias(&net, mac_of)->mac, 6);
	EXPECT(!bpf_map_update_elem(harness_map("learned"), &key, &val, 0));
}

bool records_open(void)
{
	ring = ring_buffer__new(harness_map("upcall"), on_record, NULL, NULL);
	if (!ring)
		test_fail("upcall: the ring", "%s", strerror(errno));
	return ring;
}

void records_close(void)
{
	ring_buffer__free(ring);
}

void in_network(const char *text)
{
	network_build(&net, text);
	harness_load(&net);
	set_lease(60);
}
