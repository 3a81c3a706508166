// SPDX-License-Identifier: GPL-2.0-only
#include "network_nat.h"

#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>

#include "compile/hash.h"

static void *add_row(void *rows, size_t *n, size_t size)
{
	char *grown = *n & (*n - 1) ? rows :
				      realloc(rows, (*n ? 2 * *n : 1) * size);

	assert_non_null(grown);
	memset(grown + *n * size, 0, size);
	++*n;
	return grown;
}

#define ADD_ROW(rows, n)                                                       \
	((rows) = add_row((rows), &(n), sizeof(*(rows))), &(rows)[(n)-1])

static void set_uuid(char uuid[37], const char *kind, const char *name)
{
	unsigned long long a = hash_bytes(kind, strlen(kind), 3);
	unsigned long long b = hash_bytes(name, strlen(name), a);

	snprintf(uuid, 37, "%08llx-%04llx-4000-8000-%012llx", b >> 32,
		 b >> 16 & 0xffff, b & 0xffffffffffffull);
}

/* "IP", "IP/PLEN" or "IP:PORT"; the number behind, or what it is without. */
static unsigned int parse(uint8_t ip[4], const char *text, unsigned int none)
{
	char copy[64];
	char *mark;

	snprintf(copy, sizeof(copy), "%s", text);
	mark = strpbrk(copy, "/:");
	if (mark) {
		*mark = 0;
		none = atoi(mark + 1);
	}
	assert_int_equal(1, inet_pton(AF_INET, copy, ip));
	return none;
}

struct nb_nat *net_nat(struct nb_router *r, const char *type,
		       const char *external_ip, const char *logical_ip)
{
	static const char *const types[] = {"snat", "dnat", "dnat_and_snat"};
	struct nb_nat *nat = ADD_ROW(r->nats, r->n_nats);
	char text[256];

	while (strcmp(types[nat->type], type))
		nat->type++;
	snprintf(text, sizeof(text), "%s %s %s %s", r->name, type, external_ip,
		 logical_ip);
	set_uuid(nat->uuid, "nat", text);
	parse(nat->external_ip, external_ip, 0);
	nat->logical_ip.plen = parse(nat->logical_ip.addr, logical_ip, 32);
	return nat;
}

void net_ip_set(struct nb_ip_set *set, const char *name, const char *addresses)
{
	char *copy = strdup(addresses), *save, *word;

	set_uuid(set->uuid, "set", name);
	for (word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		struct nb_ip4 *ip = ADD_ROW(set->ip4, set->n_ip4);

		ip->plen = parse(ip->addr, word, 32);
	}
	free(copy);
}

struct nb_lb *net_lb(struct network *n, const char *name)
{
	struct nb_lb *lb = ADD_ROW(n->nb.lbs, n->nb.n_lbs);

	lb->name = strdup(name);
	lb->proto = IPPROTO_TCP;
	set_uuid(lb->uuid, "lb", name);
	return lb;
}

struct nb_vip *net_vip(struct nb_lb *lb, const char *text, const char *backends)
{
	struct nb_vip *vip = ADD_ROW(lb->vips, lb->n_vips);
	char *copy = strdup(backends), *save, *word;

	vip->port = parse(vip->ip, text, 0);
	for (word = strtok_r(copy, " ", &save); word;
	     word = strtok_r(NULL, " ", &save)) {
		struct nb_backend *b = ADD_ROW(vip->backends, vip->n_backends);

		b->port = parse(b->ip, word, 0);
	}
	free(copy);
	return vip;
}

void net_switch_lb(struct nb_switch *sw, uint32_t i)
{
	*ADD_ROW(sw->lbs, sw->n_lbs) = i;
}

void net_router_lb(struct nb_router *r, uint32_t i)
{
	*ADD_ROW(r->lbs, r->n_lbs) = i;
}

void net_free_all(struct network *n)
{
	for (size_t i = 0; i < n->nb.n_switches; i++)
		free(n->nb.switches[i].lbs);
	for (size_t i = 0; i < n->nb.n_routers; i++) {
		struct nb_router *r = &n->nb.routers[i];

		for (size_t j = 0; j < r->n_nats; j++) {
			free(r->nats[j].allowed.ip4);
			free(r->nats[j].exempted.ip4);
		}
		free(r->nats);
		free(r->lbs);
	}
	for (size_t i = 0; i < n->nb.n_lbs; i++) {
		struct nb_lb *lb = &n->nb.lbs[i];

		for (size_t j = 0; j < lb->n_vips; j++)
			free(lb->vips[j].backends);
		free(lb->vips);
		free(lb->name);
	}
	free(n->nb.lbs);
	net_free(n);
}

struct nat_val *net_nat_val(const struct compile_output *out,
			    const char *router, const char *ip)
{
	struct nat_key key = {.datapath = net_datapath(out, router)};

	parse(key.ip, ip, 0);
	return image_find(&out->image, IMAGE_NAT, &key);
}

struct snat_val *net_snat_val(const struct compile_output *out,
			      const char *router, const char *prefix)
{
	struct snat_key key = {.datapath = net_datapath(out, router)};

	key.prefixlen = 32 + parse(key.ip, prefix, 32);
	return image_find(&out->image, IMAGE_SNAT, &key);
}

struct router_val *net_router_val(const struct compile_output *out,
				  const char *router)
{
	struct datapath_key key = {.datapath = net_datapath(out, router)};

	return image_find(&out->image, IMAGE_ROUTER, &key);
}

struct lb_val *net_lb_val(const struct compile_output *out,
			  const char *datapath, const char *vip, uint8_t proto)
{
	struct lb_key key = {.datapath = net_datapath(out, datapath),
			     .proto = proto};

	key.port = parse(key.ip, vip, 0);
	return image_find(&out->image, IMAGE_LB, &key);
}

uint32_t net_vip_flags(const struct compile_output *out, const char *datapath,
		       const char *ip)
{
	struct vip_key key = {.datapath = net_datapath(out, datapath)};
	struct vip_val *val;

	parse(key.ip, ip, 0);
	val = image_find(&out->image, IMAGE_VIP, &key);
	return val ? val->flags : 0;
}

static int compare_words(const void *a, const void *b)
{
	return strcmp(a, b);
}

const char *net_set_members(const struct compile_output *out, uint32_t set)
{
	const struct image_table *t = &out->image.table[IMAGE_NAT_SET];
	static char text[1024];
	char words[32][24];
	size_t n = 0;

	text[0] = 0;
	for (size_t i = 0; i < t->n; i++) {
		const struct nat_set_key *key = (void *)image_entry(t, i);
		const struct nat_set_val *val = (void *)(key + 1);

		assert_int_equal(1, val->is_member);
		if (key->set != set)
			continue;
		assert_true(n < 32);
		snprintf(words[n++], sizeof(*words), "%u.%u.%u.%u/%u",
			 key->ip[0], key->ip[1], key->ip[2], key->ip[3],
			 key->prefixlen - 32);
	}
	qsort(words, n, sizeof(*words), compare_words);
	for (size_t i = 0; i < n; i++) {
		strcat(text, i ? " " : "");
		strcat(text, words[i]);
	}
	return text;
}

static void check_slots(const struct compile_output *out,
			const struct lb_val *lb)
{
	uint32_t *counts = calloc(lb->n_backends + 1, sizeof(*counts));

	for (uint32_t i = 0; i < lb->n_slots; i++) {
		struct maglev_key key = {lb->id, i / MAGLEV_CHUNK};
		struct maglev_val *val =
			image_find(&out->image, IMAGE_MAGLEV, &key);

		assert_non_null(val);
		assert_true(val->index[i % MAGLEV_CHUNK] < lb->n_backends);
		counts[val->index[i % MAGLEV_CHUNK]]++;
	}
	for (uint32_t i = 0; i < lb->n_backends && lb->n_slots; i++)
		assert_true(counts[i] > 0);
	assert_true(lb->n_slots || lb->n_backends <= 1);
	free(counts);
}

const char *net_backends(const struct compile_output *out,
			 const struct lb_val *lb)
{
	struct backend_key key = {.id = lb->id};
	static char text[4096];
	size_t used = 0;

	text[0] = 0;
	check_slots(out, lb);
	for (; key.index <= lb->n_backends; key.index++) {
		const struct backend_val *val =
			image_find(&out->image, IMAGE_BACKEND, &key);

		assert_int_equal(val != NULL, key.index < lb->n_backends);
		if (!val)
			break;
		used += snprintf(text + used, sizeof(text) - used,
				 "%s%u.%u.%u.%u", used ? " " : "", val->ip[0],
				 val->ip[1], val->ip[2], val->ip[3]);
		if (val->port)
			used += snprintf(text + used, sizeof(text) - used,
					 ":%u", val->port);
		assert_true(used < sizeof(text));
	}
	return text;
}

bool net_has_garp(const struct compile_output *out, const char *sw,
		  const char *ip)
{
	struct garp_key key = {.datapath = net_datapath(out, sw)};

	parse(key.ip, ip, 0);
	return image_find(&out->image, IMAGE_GARP, &key);
}
