// SPDX-License-Identifier: GPL-2.0-only
/* xovn ct list, flush: connections, chosen as conntrack(8) does. */
#include "cmd/ct.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "compile/compile.h"
#include "sync/conntrack.h"
#include "sync/programs.h"
#include "sync/state.h"

#define LINE_MAX_LEN 768

struct lb_name {
	uint32_t id;
	char name[XOVN_NAME_LEN];
};

struct ct_run {
	struct state s;
	struct ct_filter filter;
	struct ct_reader reader;
	uint32_t now;
	struct lb_name *lb; /* sorted by id */
	size_t n_lbs, lb_capacity;
	char zone_name[XOVN_NAME_LEN]; /* what the user asked for */
	struct error *e;
};

static void zone_add(struct ct_run *r, uint32_t datapath, uint32_t port)
{
	if (r->filter.n_zones < CT_ZONES_MAX)
		r->filter.zone[r->filter.n_zones++] =
			(struct port_key){datapath, port};
}

static int match_datapath(const void *key, const void *val, void *arg)
{
	const struct datapath_key *k = key;
	const struct datapath_val *v = val;
	struct ct_run *r = arg;

	if (v->kind == DATAPATH_ROUTER && !strcmp(v->name, r->zone_name))
		zone_add(r, k->datapath, 0);
	return 0;
}

static int match_port(const void *key, const void *val, void *arg)
{
	const struct port_key *k = key;
	const struct port_val *v = val;
	struct ct_run *r = arg;

	if (!strcmp(v->name, r->zone_name))
		zone_add(r, k->datapath, k->port);
	return 0;
}

static int find_zone(struct ct_run *r, const char *name)
{
	int err;

	if (!name)
		return 0;
	name_store(r->zone_name, name);
	err = map_for_each(r->s.map_fd[IMAGE_DATAPATH],
			   sizeof(struct datapath_key),
			   sizeof(struct datapath_val), match_datapath, r);
	if (!err)
		err = map_for_each(r->s.map_fd[IMAGE_PORT],
				   sizeof(struct port_key),
				   sizeof(struct port_val), match_port, r);
	if (err)
		return error_set(r->e, -err, "reading the maps: %s",
				 strerror(-err));
	if (!r->filter.n_zones)
		return error_set(r->e, ENOENT,
				 "--zone %s: no router and no switch port of "
				 "that name; xovn show lists them",
				 name);
	return 0;
}

static int lb_add(const void *key, const void *val, void *arg)
{
	const struct lb_val *v = val;
	struct ct_run *r = arg;

	(void)key;
	if (r->n_lbs == r->lb_capacity) {
		size_t capacity = r->lb_capacity ? 2 * r->lb_capacity : 64;
		void *p = reallocarray(r->lb, capacity, sizeof(*r->lb));

		if (!p)
			return -ENOMEM;
		r->lb = p;
		r->lb_capacity = capacity;
	}
	r->lb[r->n_lbs].id = v->id;
	memcpy(r->lb[r->n_lbs++].name, v->name, XOVN_NAME_LEN);
	return 0;
}

static int by_id(const void *a, const void *b)
{
	const struct lb_name *x = a, *y = b;

	return x->id < y->id ? -1 : x->id > y->id;
}

static int read_lbs(struct ct_run *r)
{
	int err = map_for_each(r->s.map_fd[IMAGE_LB], sizeof(struct lb_key),
			       sizeof(struct lb_val), lb_add, r);

	if (err)
		return error_set(r->e, -err, "%s/lb: cannot read: %s", r->s.dir,
				 strerror(-err));
	if (r->n_lbs)
		qsort(r->lb, r->n_lbs, sizeof(*r->lb), by_id);
	return 0;
}

/* Where names come from while a line is written. */
struct ct_name_store {
	struct datapath_val datapath;
	struct port_val port;
};

static struct ct_names names_of(const struct ct_run *r, const struct ct_val *ct,
				struct ct_name_store *store)
{
	struct datapath_key dk = {ct->datapath};
	struct port_key pk = {ct->datapath, ct->port};
	struct lb_name wanted = {.id = ct->lb}, *lb = NULL;
	struct ct_names names = {0};

	if (!ct->port && !bpf_map_lookup_elem(r->s.map_fd[IMAGE_DATAPATH], &dk,
					      &store->datapath))
		names.zone = store->datapath.name;
	if (ct->port &&
	    !bpf_map_lookup_elem(r->s.map_fd[IMAGE_PORT], &pk, &store->port))
		names.zone = store->port.name;
	if (ct->lb && r->n_lbs)
		lb = bsearch(&wanted, r->lb, r->n_lbs, sizeof(wanted), by_id);
	if (lb)
		names.lb = lb->name;
	return names;
}

/* The first comma stands before the second element. */
static void print_one(const struct ct_run *r, const struct ct_val *ct,
		      bool as_json, bool is_first)
{
	struct ct_name_store store;
	struct ct_names names = names_of(r, ct, &store);
	char line[LINE_MAX_LEN];
	json_t *o;

	if (!as_json) {
		ct_format(line, sizeof(line), ct, r->now, &names);
		puts(line);
		return;
	}
	o = ct_json(ct, r->now, &names);
	fputs(is_first ? "\n  " : ",\n  ", stdout);
	json_dumpf(o, stdout, JSON_COMPACT);
	json_decref(o);
}

static int list(struct ct_run *r, bool as_json)
{
	struct ct_val ct;
	size_t n = 0;
	int ret = read_lbs(r);

	if (ret)
		return ret;
	if (as_json)
		putchar('[');
	for (uint32_t i = 0; i < r->reader.n; i++)
		if (ct_read(&r->reader, i, r->now, &ct) &&
		    ct_filter_match(&r->filter, &ct))
			print_one(r, &ct, as_json, !n++);
	if (as_json)
		puts("\n]");
	return 0;
}

static int flush(struct ct_run *r, bool as_json)
{
	int prog = program_open(&r->s, PROGRAM_CT_DELETE, r->e), ret = 0;
	struct ct_val ct;
	size_t n = 0;

	if (prog < 0)
		return prog;
	for (uint32_t i = 0; i < r->reader.n && ret >= 0; i++) {
		if (!ct_read(&r->reader, i, r->now, &ct) ||
		    !ct_filter_match(&r->filter, &ct))
			continue;
		ret = ct_delete(prog, i, ct.seq);
		n += ret > 0;
	}
	close(prog);
	if (ret < 0)
		return error_set(r->e, -ret,
				 "cannot delete a connection: %s (%zu were "
				 "deleted)",
				 strerror(-ret), n);
	if (as_json)
		printf("{\"flushed\": %zu}\n", n);
	else
		printf("xovn: ct: %zu connection%s flushed\n", n,
		       n == 1 ? "" : "s");
	return 0;
}

static int ct_run(struct ct_run *r, const char *pin, const char *zone,
		  bool is_flush, bool as_json)
{
	int ret = state_open(&r->s, pin, STATE_READ, r->e);

	if (ret)
		return ret;
	r->now = ct_now();
	ret = find_zone(r, zone);
	if (!ret)
		ret = ct_reader_open(&r->s, &r->reader, r->e);
	if (!ret)
		ret = is_flush ? flush(r, as_json) : list(r, as_json);
	ct_reader_close(&r->reader);
	free(r->lb);
	state_close(&r->s);
	return ret;
}

int cmd_ct(const char *pin, int argc, char **argv, struct error *e)
{
	struct ct_filter_text text = {0};
	struct ct_run r = {.e = e};
	const char *what = NULL;
	bool as_json = false;
	const struct option_def options[] = {
		{"zone", &text.zone, NULL},
		{"proto", &text.proto, NULL},
		{"src", &text.address[CT_ORIG_SRC], NULL},
		{"dst", &text.address[CT_ORIG_DST], NULL},
		{"reply-src", &text.address[CT_REPLY_SRC], NULL},
		{"reply-dst", &text.address[CT_REPLY_DST], NULL},
		{"any-addr", &text.any_addr, NULL},
		{"sport", &text.sport, NULL},
		{"dport", &text.dport, NULL},
		{"state", &text.state, NULL},
		{"nat", NULL, &text.is_nat},
		{"json", NULL, &as_json},
		{0},
	};
	int ret = options_parse(argc, argv, options, &what, 1, e);

	if (ret < 0)
		return ret;
	if (!what || (strcmp(what, "list") && strcmp(what, "flush"))) {
		error_set(e, EINVAL, "list or flush is wanted");
		return CMD_USAGE;
	}
	ret = ct_filter_parse(&text, &r.filter, e);
	if (ret)
		return ret;
	return ct_run(&r, pin, text.zone, !strcmp(what, "flush"), as_json);
}
