// SPDX-License-Identifier: GPL-2.0-only
/* The loader's part: files, model, compiler; and which tap is whose. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "../prog/prog.h"
#include "host.h"
#include "maps.h"
#include "nb/nb.h"
#include "nb/placement.h"
#include "nbfile.h"
#include "ovsdb_file.h"
#include "sync/counters.h"

static struct device *device_of[LSPS_MAX];
static uint32_t counter_of[LSPS_MAX];

static void network_abort(const char *what, const struct error *e)
{
	fprintf(stderr, "test error: %s: %s\n", what, e->text);
	exit(1);
}

static void counters_number(struct compile_output *out)
{
	size_t n_fresh, n_without;
	struct image none;
	uint32_t *fresh, next = COUNTER_FIRST;

	if (image_init(&none) ||
	    counters_align(&none, &out->image, out->own_chassis,
			   COUNTER_FIRST + 2048, NULL, &next, &fresh, &n_fresh,
			   &n_without))
		abort();
	image_free(&none);
	free(fresh);
}

static size_t bindings_make(const struct logical *net, int chassis,
			    struct compile_binding *b)
{
	size_t n = 0;

	for (size_t i = 0; i < net->n_lsps; i++) {
		const struct lsp *p = &net->lsp[i];

		if (p->type != LSP_VIF || p->chassis != chassis || !p->is_bound)
			continue;
		device_of[i] = host_vif(chassis, n);
		b[n] = (struct compile_binding){.ifindex =
							device_of[i]->ifindex};
		snprintf(b[n].ifname, sizeof(b[n].ifname), "%s",
			 device_of[i]->name);
		name_store(b[n++].lsp, p->name);
	}
	return n;
}

static void counters_find(const struct logical *net, int chassis,
			  const struct compile_output *out)
{
	for (size_t i = 0; i < net->n_lsps; i++) {
		const struct lsp *p = &net->lsp[i];
		struct port_key key = {.datapath = net->sw[p->sw].key,
				       .port = p->key};
		const struct port_val *v =
			image_find(&out->image, IMAGE_PORT, &key);

		if (v && p->chassis == chassis)
			counter_of[i] = v->counter;
	}
}

static size_t mapping_make(int chassis, struct compile_mapping *m)
{
	const struct device *d = host_external(chassis);

	*m = (struct compile_mapping){.ifindex = d->ifindex, .is_native = true};
	snprintf(m->ifname, sizeof(m->ifname), "%s", d->name);
	name_store(m->network, NETWORK_NAME);
	return 1;
}

static void chassis_load(const struct logical *net, int chassis,
			 const struct nb *nb, const struct placement *placement)
{
	struct compile_binding bindings[VIFS_PER_HOST] = {};
	struct compile_mapping mapping;
	struct compile_input in = {.nb = nb,
				   .mappings = &mapping,
				   .placement = placement,
				   .chassis = net->chassis[chassis].name,
				   .bindings = bindings};
	struct compile_output out;
	struct error e = {};

	in.n_bindings = bindings_make(net, chassis, bindings);
	if (net->localnet >= 0 && net->lsp[net->localnet].chassis == chassis)
		in.n_mappings = mapping_make(chassis, &mapping);
	if (compile(&in, &out, &e))
		network_abort("compile", &e);
	counters_number(&out);
	counters_find(net, chassis, &out);
	host_load(chassis, net, &out);
	compile_output_free(&out);
}

void network_load(const struct logical *net)
{
	struct placement placement = {};
	char db[64], places[64];
	struct error e = {};
	struct nb nb = {};

	memset(device_of, 0, sizeof(device_of));
	memset(counter_of, 0, sizeof(counter_of));
	nbfile_write(net, db);
	placement_write(net, places);
	if (nb_read(db, &nb, &e))
		network_abort(db, &e);
	if (placement_read_file(places, &placement, &e))
		network_abort(places, &e);
	unlink(db);
	unlink(places);
	for (int i = 0; i < N_CHASSIS; i++)
		chassis_load(net, i, &nb, &placement);
	nb_free(&nb);
	placement_free(&placement);
}

struct device *network_device(int lsp)
{
	return device_of[lsp];
}

int network_lsp(const struct logical *net, const struct device *d)
{
	for (size_t i = 0; i < net->n_lsps; i++) {
		if (device_of[i] == d)
			return i;
	}
	return -1;
}

uint32_t network_counter(int lsp)
{
	return counter_of[lsp];
}
