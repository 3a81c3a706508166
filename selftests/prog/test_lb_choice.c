// SPDX-License-Identifier: GPL-2.0-only
/* Load balancers with several backends: every one is reached, a connection
 * stays with its own, selection_fields, affinity, and two gateways choose
 * alike. */
#include <bpf/bpf.h>
#include <linux/pkt_cls.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "gateway.h"

#define CLIENTS 600
#define BACKENDS 3

#define CHOICE                                                                 \
	GATEWAY                                                                \
	" lb web tcp 192.168.209.55:80 "                                       \
	"172.18.100.10:8000,172.18.100.20:8000,172.18.100.50:8000\n"           \
	" lb by-src tcp 192.168.209.55:81 "                                    \
	"172.18.100.10:8000,172.18.100.20:8000,172.18.100.50:8000 "            \
	"fields=ip_src\n"                                                      \
	" lb sticky tcp 192.168.209.55:82 "                                    \
	"172.18.100.10:8000,172.18.100.20:8000,172.18.100.50:8000 "            \
	"affinity=60\n"

/* SYN of a client to a VIP port: number of the backend, -1: none. */
static int backend_of(int client, int sport, int port)
{
	static struct outcome o;
	static struct packet p;
	const uint8_t *ip;
	char text[200];

	snprintf(text, sizeof(text),
		 "eth ext>gw1-outside | ip4 10.7.%d.%d>192.168.209.55 | tcp "
		 "%d>%d flags=S",
		 client >> 8, client & 0xff, sport, port);
	text_to_packet(&p, text, &net, NULL);
	program_run(PROGRAM_TC, device_get(LOCALNET), &p, &o);
	if (o.err || o.retval != TC_ACT_REDIRECT)
		return -1;
	/* to a guest elsewhere or to vm5 here */
	ip = o.out.data + (o.out.len > 100 ? 72 : 14);
	if (ip[18] != 100)
		return -1;
	return ip[19] == 10 ? 0 : ip[19] == 20 ? 1 : ip[19] == 50 ? 2 : -1;
}

static void spread_check(void)
{
	const char *name = "lb choice: every backend, each its share";
	int n[BACKENDS] = {}, b;

	for (int i = 0; i < CLIENTS; i++) {
		b = backend_of(i, 5000 + i, 80);
		if (b < 0) {
			test_fail(name, "client %d reached no backend", i);
			return;
		}
		n[b]++;
	}
	/* 200 each are due; 6 standard deviations are 69 */
	for (b = 0; b < BACKENDS; b++) {
		if (n[b] < 131 || n[b] > 269) {
			test_fail(name, "%d, %d and %d of %d", n[0], n[1], n[2],
				  CLIENTS);
			return;
		}
	}
	test_ok(name);
}

static void stays_check(void)
{
	const char *name = "lb choice: a connection keeps its backend";
	struct lb_key key = {.datapath = network_key(&net, "gw1"),
			     .ip = {192, 168, 209, 55},
			     .port = 80,
			     .proto = 6};
	struct backend_key bkey = {};
	struct backend_val other = {.ip = {172, 18, 200, 20}, .port = 9};
	struct lb_val val;
	int first = backend_of(3, 7003, 80);

	if (bpf_map_lookup_elem(harness_map("lb"), &key, &val)) {
		test_fail(name, "no service in map lb");
		return;
	}
	/* all backends become another one; the connection does not mind */
	bkey.id = val.id;
	for (uint32_t i = 0; i < val.n_backends; i++) {
		bkey.index = i;
		bpf_map_update_elem(harness_map("backend"), &bkey, &other,
				    BPF_ANY);
	}
	if (first < 0 || backend_of(3, 7003, 80) != first)
		test_fail(name, "it went elsewhere");
	else if (backend_of(3, 7004, 80) != -1)
		test_fail(name, "a new one still went to an old backend");
	else
		test_ok(name);
}

static void fields_check(void)
{
	const char *name = "lb choice: selection_fields=ip_src";
	int n[BACKENDS] = {};

	for (int client = 0; client < 40; client++) {
		int first = backend_of(client, 6000, 81);

		if (first < 0) {
			test_fail(name, "no backend");
			return;
		}
		n[first]++;
		for (int i = 1; i < 8; i++) {
			if (backend_of(client, 6000 + i, 81) == first)
				continue;
			test_fail(name,
				  "client %d: another port, another "
				  "backend",
				  client);
			return;
		}
	}
	if (!n[0] || !n[1] || !n[2])
		test_fail(name, "%d, %d and %d of 40 clients", n[0], n[1],
			  n[2]);
	else
		test_ok(name);
}

static void affinity_check(void)
{
	const char *name = "lb choice: affinity_timeout";
	struct affinity_key key = {.datapath = network_key(&net, "gw1"),
				   .client = {10, 7, 0, 0}};
	struct affinity_val val;
	int n[BACKENDS] = {}, moved = 0;

	for (int client = 0; client < 20; client++) {
		int first = backend_of(client, 6000, 82);

		if (first < 0) {
			test_fail(name, "no backend");
			return;
		}
		n[first]++;
		for (int i = 1; i < 12; i++) {
			if (backend_of(client, 6000 + i, 82) == first)
				continue;
			test_fail(name, "client %d went to another", client);
			return;
		}
	}
	if (!n[0] || !n[1] || !n[2]) {
		test_fail(name, "%d, %d and %d of 20 clients", n[0], n[1],
			  n[2]);
		return;
	}
	test_ok(name);

	name = "lb choice: affinity ends with its time";
	while (!bpf_map_get_next_key(harness_map("affinity"), NULL, &key)) {
		if (bpf_map_lookup_elem(harness_map("affinity"), &key, &val))
			break;
		if (val.expires == 1)
			break;
		bpf_map_delete_elem(harness_map("affinity"), &key);
	}
	for (int i = 0; i < 30; i++)
		moved += backend_of(0, 6100 + i, 82) !=
			 backend_of(0, 6100 + i + 1000, 82);
	/* now it has one again, so that nothing moves any more */
	if (moved > 1)
		test_fail(name, "it changed %d times", moved);
	else
		test_ok(name);
}

static void choice_check(void)
{
	spread_check();
	fields_check();
	affinity_check();
	stays_check();
}

static const struct test choice_tests[] = {
	LEARN_EXT,
};

const struct test_group lb_choice_group =
	TEST_GROUP("lb choice", CHOICE, choice_tests, .after = choice_check);

/* Two gateways of one load balancer, each compiled on its own chassis. */
#define GATEWAYS(self)                                                         \
	"self " self "\n"                                                      \
	"chassis node1 192.168.209.110\n"                                      \
	"chassis node2 192.168.209.111\n"                                      \
	"switch in\n"                                                          \
	" router-port in-gw1 gw1-in\n"                                         \
	" router-port in-gw2 gw2-in\n"                                         \
	"router gw1 gateway=node1\n"                                           \
	" lrp gw1-in 02:00:00:00:fa:01 10.1.0.1/24\n"                          \
	" lb web tcp 10.9.9.9:80 "                                             \
	"10.1.0.10:80,10.1.0.11:80,10.1.0.12:80,10.1.0.13:80,10.1.0.14:80\n"   \
	"router gw2 gateway=node2\n"                                           \
	" lrp gw2-in 02:00:00:00:fa:02 10.1.0.2/24\n"                          \
	" use web\n"

/* The backend addresses by slot; NULL and a message where there are none. */
static uint32_t *slots_of(const struct network *n, uint32_t *n_slots,
			  const char *name)
{
	const struct image_table *t = &n->out.image.table[IMAGE_LB];
	const struct lb_val *lb;
	uint32_t *slots;

	if (t->n != 1) {
		test_fail(name, "%s: %zu services, not 1", n->self, t->n);
		return NULL;
	}
	lb = (const void *)(image_entry(t, 0) + t->key_size);
	*n_slots = lb->n_slots;
	slots = calloc(lb->n_slots + 1, sizeof(*slots));
	for (uint32_t i = 0; i < lb->n_slots; i++) {
		struct maglev_key key = {.id = lb->id,
					 .chunk = i / MAGLEV_CHUNK};
		struct backend_key bkey = {.id = lb->id};
		const struct maglev_val *m =
			image_find(&n->out.image, IMAGE_MAGLEV, &key);
		const struct backend_val *b;

		bkey.index = m ? m->index[i % MAGLEV_CHUNK] : UINT32_MAX;
		b = image_find(&n->out.image, IMAGE_BACKEND, &bkey);
		if (!b) {
			test_fail(name, "%s: slot %u leads nowhere", n->self,
				  i);
			free(slots);
			return NULL;
		}
		memcpy(&slots[i], b->ip, 4);
	}
	return slots;
}

void test_lb_gateways(void)
{
	const char *name = "lb choice: two gateways choose alike";
	static struct network one, two;
	uint32_t n_one = 0, n_two = 0, *a, *b;

	network_build(&one, GATEWAYS("node1"));
	network_build(&two, GATEWAYS("node2"));
	a = slots_of(&one, &n_one, name);
	b = a ? slots_of(&two, &n_two, name) : NULL;
	if (a && b) {
		if (n_one < 5 || n_one != n_two)
			test_fail(name, "%u and %u slots", n_one, n_two);
		else if (memcmp(a, b, n_one * sizeof(*a)))
			test_fail(name, "their tables differ");
		else
			test_ok(name);
	}
	free(a);
	free(b);
	network_free(&one);
	network_free(&two);
}
