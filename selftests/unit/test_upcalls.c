// SPDX-License-Identifier: GPL-2.0-only
/* Packets that wait for their next hop, and checksums left to a NIC. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>
#include <stdio.h>

#include "packet.h"
#include "sync/hops.h"
#include "sync/l4sum.h"

#define HOLD (UPCALL_HOLD * 1000)

/* What the handlers saw: "+7" for a packet that was given back, "-7" for one
 * that was dropped, "f" for a hop that was forgotten. */
static char log_text[256];
static struct neighbor_key resolved; /* port 0: none */

static bool is_resolved(void *arg, const struct neighbor_key *key)
{
	(void)arg;
	return resolved.port && !memcmp(&resolved, key, sizeof(resolved));
}

static void leave(void *arg, struct kept_packet *p, bool is_drop)
{
	size_t n = strlen(log_text);

	(void)arg;
	assert_int_equal(2, p->len);
	assert_int_equal(p->origin.inport, p->data[0]);
	snprintf(log_text + n, sizeof(log_text) - n, "%c%d",
		 is_drop ? '-' : '+', p->data[0]);
}

static void forget(void *arg, const struct neighbor_key *key)
{
	(void)arg;
	(void)key;
	strcat(log_text, "f");
}

static struct hops *hops_new(void)
{
	struct hops *h = calloc(1, sizeof(*h));

	assert_non_null(h);
	h->handlers = (struct hops_handlers){is_resolved, leave, forget, NULL};
	log_text[0] = 0;
	memset(&resolved, 0, sizeof(resolved));
	return h;
}

static struct neighbor_key hop(uint32_t port)
{
	return (struct neighbor_key){.datapath = 1, .port = port};
}

static int add(struct hops *h, uint32_t port, uint8_t number, int64_t now)
{
	static struct upcall_packet p;

	memset(&p, 0, sizeof(p));
	p.head.datapath = 1;
	p.head.port = port;
	p.origin.inport = number;
	p.len = 2;
	p.data[0] = number;
	return hops_add(h, &p, now);
}

static void test_in_order(void **state)
{
	struct hops *h = hops_new();
	struct neighbor_key key = hop(7), other = hop(8);

	(void)state;
	for (uint8_t i = 1; i <= UPCALL_PER_HOP; i++)
		assert_int_equal(0, add(h, 7, i, 0));
	assert_int_equal(0, add(h, 8, 9, 0));
	assert_int_equal(-ENOSPC, add(h, 7, 5, 0));
	hops_check_one(h, &key);
	hops_check(h, HOLD - 1);
	assert_string_equal("", log_text);
	resolved = key;
	hops_check_one(h, &other);
	assert_string_equal("", log_text);
	hops_check_one(h, &key);
	assert_string_equal("+1+2+3+4f", log_text);
	assert_int_equal(1, h->n);
	hops_clear(h);
	assert_string_equal("+1+2+3+4f-9f", log_text);
	free(h);
}

static void test_time(void **state)
{
	struct hops *h = hops_new();

	(void)state;
	assert_int_equal(0, add(h, 7, 1, 1000));
	assert_int_equal(0, add(h, 7, 2, 5000)); /* the first one's time */
	assert_int_equal(0, add(h, 8, 3, 2000));
	assert_int_equal(0, add(h, 9, 4, 3000));
	hops_check(h, 999 + HOLD);
	assert_string_equal("", log_text);
	hops_check(h, 1000 + HOLD);
	assert_string_equal("-1-2f", log_text);
	resolved = hop(9);
	hops_check(h, 2000 + HOLD);
	assert_int_equal(0, h->n);
	/* in which order hops are looked at is all the same */
	assert_non_null(strstr(log_text, "-3f"));
	assert_non_null(strstr(log_text, "+4f"));
	/* and again from the beginning */
	assert_int_equal(0, add(h, 7, 5, 50000));
	hops_check(h, 49999 + HOLD);
	assert_int_equal(1, h->n);
	hops_clear(h);
	free(h);
}

static void test_many(void **state)
{
	struct hops *h = hops_new();

	(void)state;
	for (uint32_t i = 1; i <= UPCALL_HOPS; i++)
		assert_int_equal(0, add(h, i, 1, 0));
	assert_int_equal(-ENOBUFS, add(h, UPCALL_HOPS + 1, 1, 0));
	assert_int_equal(0, add(h, UPCALL_HOPS, 2, 0));
	resolved = hop(3);
	hops_check(h, 1);
	assert_string_equal("+1f", log_text);
	assert_int_equal(0, add(h, UPCALL_HOPS + 1, 1, 0));
	assert_int_equal(UPCALL_HOPS, h->n);
	while (h->n) {
		resolved = h->list[h->n / 2].key;
		log_text[0] = 0;
		hops_check_one(h, &resolved);
		assert_int_equal('+', log_text[0]);
	}
	free(h);
}

/* An IPv4 frame with n bytes of data behind the L4 header, all right. */
static void frame_make(struct packet *p, uint8_t proto, size_t n)
{
	const struct ip4_header ip = {
		.src = "172.18.100.10", .dst = "172.18.200.20", .proto = proto};
	const struct tcp_header tcp = {.sport = 1000, .dport = 80};

	packet_init(p);
	packet_eth(p, "02:00:00:00:00:01", "02:00:00:00:00:02", 0x0800);
	packet_ip4(p, &ip);
	if (proto == 6)
		packet_tcp(p, &tcp);
	else if (proto == 17)
		packet_udp(p, 1000, 80);
	else
		packet_sctp(p, 1000, 80, 7, 1);
	packet_payload(p, n);
	packet_finish(p);
}

static size_t check_at(uint8_t proto)
{
	return 34 + (proto == 6 ? 16 : proto == 17 ? 6 : 8);
}

/* As Linux leaves it. */
static void leave_open(struct packet *p, uint8_t proto)
{
	uint32_t sum = proto + (uint32_t)(get16(p->data + 16) - 20);

	if (proto == 132)
		memset(p->data + check_at(proto), 0, 4);
	else
		put16(p->data + check_at(proto),
		      sum_fold(sum_bytes(p->data + 26, 8, sum)));
}

static void assert_finished(struct packet *p, const struct packet *wanted)
{
	l4sum_finish(p->data, p->len);
	assert_int_equal(wanted->len, p->len);
	assert_memory_equal(wanted->data, p->data, p->len);
}

static const uint8_t protocols[] = {6, 17, 132};

static void test_finish(void **state)
{
	static struct packet right, p;
	struct check_result r;

	(void)state;
	for (size_t i = 0; i < sizeof(protocols); i++) {
		for (size_t n = 0; n < 100; n++) {
			frame_make(&right, protocols[i], n);
			assert_true(packet_check(right.data, right.len, 0, &r));
			p = right;
			leave_open(&p, protocols[i]);
			assert_finished(&p, &right);
			/* padding is not counted */
			packet_pad(&right, 180);
			p = right;
			leave_open(&p, protocols[i]);
			assert_finished(&p, &right);
		}
	}
}

/* What is right, or wrong in another way, is not ours to change. */
static void test_leave_alone(void **state)
{
	static struct packet right, p;

	(void)state;
	for (size_t i = 0; i < sizeof(protocols); i++) {
		uint8_t *check = right.data + check_at(protocols[i]);

		frame_make(&right, protocols[i], 33);
		p = right;
		assert_finished(&p, &right);
		check[0] ^= 0x40;
		p = right;
		assert_finished(&p, &right);
		/* a fragment, a header that is cut off, lengths that lie */
		leave_open(&right, protocols[i]);
		right.data[20] = 0x20;
		p = right;
		assert_finished(&p, &right);
		right.data[20] = 0;
		put16(right.data + 16, 27);
		p = right;
		assert_finished(&p, &right);
		put16(right.data + 16, 2000);
		p = right;
		assert_finished(&p, &right);
		right.data[14] = 0x44;
		p = right;
		assert_finished(&p, &right);
	}
	frame_make(&right, 17, 33); /* RFC 768: no checksum */
	put16(right.data + check_at(17), 0);
	p = right;
	assert_finished(&p, &right);
}

/* A UDP checksum that comes out as 0 is sent as all ones. */
static void test_zero(void **state)
{
	static struct packet right, p;
	uint16_t sum;

	(void)state;
	frame_make(&right, 17, 2);
	put16(right.data + 42, 0);
	packet_checksum(&right);
	sum = get16(right.data + check_at(17));
	put16(right.data + 42, sum);
	p = right;
	leave_open(&p, 17);
	put16(right.data + check_at(17), 0xffff);
	assert_finished(&p, &right);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_in_order),
		cmocka_unit_test(test_time),
		cmocka_unit_test(test_many),
		cmocka_unit_test(test_finish),
		cmocka_unit_test(test_leave_alone),
		cmocka_unit_test(test_zero),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
