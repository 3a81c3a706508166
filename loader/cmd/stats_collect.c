// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/stats.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "cmd/show_tree.h"
#include "cmd/stats_list.h"
#include "drop_text.h"
#include "sync/counters.h"

void *stats_list_add(struct stats_list *l)
{
	if (l->n == l->capacity) {
		size_t capacity = l->capacity ? 2 * l->capacity : 64;
		void *p = reallocarray(l->items, capacity, l->size);

		if (!p) {
			l->err = -ENOMEM;
			return NULL;
		}
		l->items = p;
		l->capacity = capacity;
	}
	return memset((char *)l->items + l->n++ * l->size, 0, l->size);
}

void counter_add(struct counter_val *sum, struct counter_val val)
{
	sum->packets += val.packets;
	sum->bytes += val.bytes;
}

void drop_add(struct drop_val *sum, const struct drop_val *val)
{
	sum->packets += val->packets;
	sum->bytes += val->bytes;
}

static int by_name(const void *a, const void *b)
{
	const struct stats_datapath *x = a, *y = b;

	return strcmp(x->name, y->name);
}

static int by_key(const void *a, const void *b)
{
	const struct stats_datapath *x = a, *y = b;

	return x->key < y->key ? -1 : x->key > y->key;
}

/* OVN lets switches and routers bear one name. */
static void tell_apart(struct stats_datapath *list, size_t n)
{
	size_t end;

	qsort(list, n, sizeof(*list), by_name);
	for (size_t i = 0; i < n; i = end) {
		for (end = i + 1;
		     end < n && !strcmp(list[i].name, list[end].name);)
			end++;
		for (size_t k = i; end > i + 1 && k < end; k++)
			snprintf(list[k].name + strlen(list[k].name),
				 STATS_NAME_LEN - XOVN_NAME_LEN, "#%u",
				 list[k].key);
	}
	qsort(list, n, sizeof(*list), by_key);
}

static int collect_datapaths(struct stats *st)
{
	struct stats_list l = {.size = sizeof(*st->datapaths)};
	struct stats_datapath *d;

	for_entries(&st->img, DATAPATH, struct datapath_key,
		    struct datapath_val)
	{
		d = stats_list_add(&l);
		if (!d)
			break;
		d->key = k->datapath;
		d->kind = v->kind;
		memcpy(d->name, v->name, sizeof(v->name));
	}
	st->datapaths = l.items;
	st->n_datapaths = l.n;
	if (l.n)
		tell_apart(st->datapaths, l.n);
	return l.err;
}

struct stats_datapath *stats_datapath(const struct stats *st, uint32_t key)
{
	struct stats_datapath wanted = {.key = key};

	if (!st->n_datapaths)
		return NULL;
	return bsearch(&wanted, st->datapaths, st->n_datapaths, sizeof(wanted),
		       by_key);
}

const char *stats_port_name(const struct stats *st, uint32_t datapath,
			    uint32_t port)
{
	struct lrp_key lrp_key = {datapath, port};
	struct port_key key = {datapath, port};
	const struct port_val *p = image_find(&st->img, IMAGE_PORT, &key);
	const struct lrp_val *lrp;

	if (p)
		return p->name;
	lrp = image_find(&st->img, IMAGE_LRP, &lrp_key);
	if (lrp)
		return lrp->name;
	return port == OVN_MC_FLOOD    ? "_MC_flood" :
	       port == OVN_MC_UNKNOWN  ? "_MC_unknown" :
	       port == OVN_MC_FLOOD_L2 ? "_MC_flood_l2" :
					 NULL;
}

static int collect_ports(struct stats *st, uint32_t own_chassis)
{
	struct stats_list l = {.size = sizeof(*st->ports)};

	for_entries(&st->img, PORT, struct port_key, struct port_val)
	{
		struct stats_port *p;

		if (v->chassis != own_chassis ||
		    (v->kind != PORT_VIF && v->kind != PORT_LOCALNET))
			continue;
		p = stats_list_add(&l);
		if (!p)
			break;
		p->key = *k;
		p->kind = v->kind;
		p->name = v->name;
		p->datapath = stats_datapath(st, k->datapath);
		if (v->ifindex && !if_indextoname(v->ifindex, p->ifname))
			p->ifname[0] = '\0';
		p->is_counted = v->counter;
		p->in = counters_get(st->counter, st->n_counters, v->counter,
				     COUNTER_PORT_IN);
		p->out = counters_get(st->counter, st->n_counters, v->counter,
				      COUNTER_PORT_OUT);
	}
	st->ports = l.items;
	st->n_ports = l.n;
	return l.err;
}

/* Sums a value of each CPU. */
static struct drop_val drop_sum(const struct drop_val *cpu, int n_cpus)
{
	struct drop_val sum = {0};

	for (int i = 0; i < n_cpus; i++)
		drop_add(&sum, &cpu[i]);
	return sum;
}

static int collect_drops(const struct state *s, struct stats *st)
{
	int n_cpus = libbpf_num_possible_cpus();
	struct drop_val *cpu;

	if (n_cpus < 0)
		return n_cpus;
	cpu = calloc(n_cpus, sizeof(*cpu));
	if (!cpu)
		return -ENOMEM;
	for (int i = DROP_NONE + 1; i < DROP_REASON_COUNT; i++) {
		struct drop_key key = {.reason = i};

		if (!drop_is_none(i) &&
		    !bpf_map_lookup_elem(s->map_fd[MAP_DROP], &key, cpu))
			st->drop[i] = drop_sum(cpu, n_cpus);
	}
	free(cpu);
	return 0;
}

struct place_reader {
	struct stats *st;
	struct stats_list list;
	int n_cpus;
};

static int read_place(const void *key, const void *val, void *arg)
{
	const struct drop_at_key *k = key;
	struct place_reader *r = arg;
	struct stats_datapath *d, *in;
	struct stats_place *p;

	if (drop_is_none(k->reason))
		return 0;
	p = stats_list_add(&r->list);
	if (!p)
		return r->list.err;
	p->key = *k;
	p->val = drop_sum(val, r->n_cpus);
	d = stats_datapath(r->st, p->key.datapath);
	in = stats_datapath(r->st, p->key.in_datapath);
	p->datapath = d ? d->name : NULL;
	p->in_datapath = in ? in->name : NULL;
	p->port = stats_port_name(r->st, p->key.datapath, p->key.port);
	p->in_port = stats_port_name(r->st, p->key.in_datapath, p->key.in_port);
	if (d)
		drop_add(&d->drops, &p->val);
	return 0;
}

static int collect_places(const struct state *s, struct stats *st)
{
	struct place_reader r = {.st = st,
				 .list.size = sizeof(*st->places),
				 .n_cpus = libbpf_num_possible_cpus()};
	int err;

	if (r.n_cpus < 0)
		return r.n_cpus;
	err = map_for_each(s->map_fd[MAP_DROP_AT], sizeof(struct drop_at_key),
			   r.n_cpus * sizeof(struct drop_val), read_place, &r);
	st->places = r.list.items;
	st->n_places = r.list.n;
	return err;
}

static int by_port_key(const void *a, const void *b)
{
	const struct stats_port *x = a, *y = b;

	if (x->key.datapath != y->key.datapath)
		return x->key.datapath < y->key.datapath ? -1 : 1;
	return x->key.port < y->key.port ? -1 : x->key.port > y->key.port;
}

static struct stats_port *port_find(const struct stats *st, uint32_t datapath,
				    uint32_t port)
{
	struct stats_port wanted = {.key = {datapath, port}};

	if (!st->n_ports)
		return NULL;
	return bsearch(&wanted, st->ports, st->n_ports, sizeof(wanted),
		       by_port_key);
}

static void add_port_drops(struct stats *st)
{
	struct stats_port *port;

	if (st->n_ports)
		qsort(st->ports, st->n_ports, sizeof(*st->ports), by_port_key);
	for (size_t i = 0; i < st->n_places; i++) {
		const struct stats_place *p = &st->places[i];

		port = port_find(st, p->key.in_datapath, p->key.in_port);
		if (port)
			drop_add(&port->drop_in, &p->val);
		port = port_find(st, p->key.datapath, p->key.port);
		/* What a disabled port sends is refused on its way in. */
		if (port && drop_is_out(p->key.reason) &&
		    (p->key.reason != DROP_PORT_DISABLED ||
		     p->key.port != p->key.in_port ||
		     p->key.datapath != p->key.in_datapath))
			drop_add(&port->drop_out, &p->val);
	}
}

static int collect_chassis(const struct state *s, struct stats *st)
{
	struct stats_list l = {.size = sizeof(*st->chassis)};

	for (__u32 i = 1; i < XOVN_MAX_CHASSIS && !l.err; i++) {
		struct stats_chassis *c;
		struct chassis_val val;

		if (i == s->config.chassis ||
		    bpf_map_lookup_elem(s->map_fd[MAP_CHASSIS], &i, &val) ||
		    !val.name[0])
			continue;
		c = stats_list_add(&l);
		if (!c)
			break;
		c->index = i;
		c->val = val;
		c->tx = counters_get(st->counter, st->n_counters,
				     COUNTER_CHASSIS_TX(i), 0);
		c->rx = counters_get(st->counter, st->n_counters,
				     COUNTER_CHASSIS_RX(i), 0);
	}
	st->chassis = l.items;
	st->n_chassis = l.n;
	return l.err;
}

static int read_tables(const struct state *s, unsigned int parts,
		       struct stats *st)
{
	static const struct {
		enum image_table_id id;
		unsigned int parts; /* that need it */
	} needed[] = {
		{IMAGE_DATAPATH, STATS_PLACES | STATS_PORTS | STATS_PIPELINE},
		{IMAGE_PORT, STATS_PLACES | STATS_PORTS},
		{IMAGE_LRP, STATS_PLACES | STATS_PIPELINE},
		{IMAGE_ROUTE, STATS_PIPELINE},
		{IMAGE_ROUTE_SRC, STATS_PIPELINE},
		{IMAGE_ECMP, STATS_PIPELINE},
		{IMAGE_NAT, STATS_PIPELINE},
		{IMAGE_SNAT, STATS_PIPELINE},
		{IMAGE_LB, STATS_PIPELINE},
	};
	int err = 0;

	for (size_t i = 0; i < sizeof(needed) / sizeof(needed[0]) && !err; i++)
		if (parts & needed[i].parts)
			err = map_read_table(s->map_fd[needed[i].id],
					     needed[i].id, &st->img);
	return err;
}

static int collect(const struct state *s, unsigned int parts, struct stats *st)
{
	int err = read_tables(s, parts, st);

	if (!err)
		err = collect_datapaths(st);
	if (!err && parts & STATS_DROPS)
		err = collect_drops(s, st);
	if (!err && parts & STATS_PLACES)
		err = collect_places(s, st);
	if (!err && parts & STATS_PORTS)
		err = collect_ports(st, s->config.chassis);
	if (parts & STATS_PIPELINE)
		st->learn_refused = counters_get(st->counter, st->n_counters,
						 COUNTER_LEARN_REFUSED, 0);
	if (!err && parts & STATS_PIPELINE)
		err = stats_collect_rules(st);
	if (!err && parts & STATS_PIPELINE)
		err = collect_chassis(s, st);
	return err;
}

int stats_collect(const struct state *s, unsigned int parts, struct stats *st,
		  struct error *e)
{
	struct timespec now;
	int err;

	memset(st, 0, sizeof(*st));
	image_init(&st->img);
	clock_gettime(CLOCK_MONOTONIC, &now);
	st->time = now.tv_sec + now.tv_nsec / 1e9;
	if (parts & (STATS_PORTS | STATS_PIPELINE)) {
		err = counters_read(s, &st->counter, &st->n_counters, e);
		if (err)
			return err;
	}
	err = collect(s, parts, st);
	if (err)
		error_set(e, -err, "%s: cannot read the maps: %s", s->dir,
			  strerror(-err));
	if (!err && parts & STATS_CT)
		err = stats_ct_collect(s, &st->ct, e);
	if (err) {
		stats_free(st);
		return err;
	}
	add_port_drops(st);
	stats_sort(st);
	return 0;
}

void stats_free(struct stats *st)
{
	image_free(&st->img);
	free(st->counter);
	free(st->datapaths);
	free(st->places);
	free(st->ports);
	free(st->routes);
	free(st->nats);
	free(st->vips);
	free(st->chassis);
	memset(st, 0, sizeof(*st));
}
