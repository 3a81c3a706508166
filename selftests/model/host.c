// SPDX-License-Identifier: GPL-2.0-only
#include "host.h"

#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "../prog/objects.h"
#include "../prog/prog.h"
#include "maps.h"
#include "nic.skel.h"
#include "nic_xdp.skel.h"
#include "vif.skel.h"

struct host {
	struct shared_maps maps;
	int vif_fd, tc_fd, xdp_fd;
	struct device *underlay, *external, *vif[VIFS_PER_HOST];
	bool has_xdp;
};

static struct host hosts[N_CHASSIS];

static void host_init(int chassis)
{
	struct host *h = &hosts[chassis];
	const void *elf;
	char name[16];
	size_t size;

	elf = vif_bpf__elf_bytes(&size);
	h->vif_fd = object_load(&h->maps, elf, size, "vif_ingress");
	elf = nic_bpf__elf_bytes(&size);
	h->tc_fd = object_load(&h->maps, elf, size, "nic_ingress");
	elf = nic_xdp_bpf__elf_bytes(&size);
	h->xdp_fd = object_load(&h->maps, elf, size, "nic_xdp");
	snprintf(name, sizeof(name), "c%d-under", chassis);
	h->underlay = device_get(name);
	device_attach(h->underlay, h->tc_fd);
	snprintf(name, sizeof(name), "c%d-ext", chassis);
	h->external = device_get(name);
	device_attach(h->external, h->tc_fd);
	for (int i = 0; i < VIFS_PER_HOST; i++) {
		snprintf(name, sizeof(name), "c%d-v%d", chassis, i);
		h->vif[i] = device_get(name);
		device_attach(h->vif[i], h->vif_fd);
	}
}

void hosts_init(void)
{
	objects_init();
	for (int i = 0; i < N_CHASSIS; i++)
		host_init(i);
}

static void map_write(struct host *h, const char *name, const void *key,
		      const void *val)
{
	struct shared_map *m = shared_map_find(&h->maps, name);

	if (!m)
		test_abort("map", name, ENOENT);
	if (bpf_map_update_elem(m->fd, key, val, BPF_ANY))
		test_abort("write to map", name, errno);
}

/* Counts go on: they are compared with what they were. */
static void map_clear(const struct shared_map *m)
{
	static const uint8_t zero[4096];
	uint8_t key[512];

	if (m->type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
	    m->type == BPF_MAP_TYPE_RINGBUF || !strcmp(m->name, "scratch") ||
	    !strcmp(m->name, "drop") || !strcmp(m->name, "counter"))
		return;
	if (m->key_size > sizeof(key) || m->val_size > sizeof(zero))
		test_abort("clear map", m->name, EINVAL);
	if (m->type == BPF_MAP_TYPE_ARRAY ||
	    m->type == BPF_MAP_TYPE_PERCPU_ARRAY) {
		for (uint32_t i = 0; i < m->max_entries; i++)
			bpf_map_update_elem(m->fd, &i, zero, BPF_ANY);
		return;
	}
	while (!bpf_map_get_next_key(m->fd, NULL, key)) {
		if (bpf_map_delete_elem(m->fd, key))
			test_abort("clear map", m->name, errno);
	}
}

static int chassis_by_name(const struct logical *net, const char *name)
{
	for (int i = 0; i < N_CHASSIS; i++) {
		if (!strcmp(net->chassis[i].name, name))
			return i;
	}
	return -1;
}

/* As attach --underlay and the resolution of next hops leave it. */
static void tunnels_write(int chassis, const struct logical *net,
			  const struct compile_output *out)
{
	struct host *h = &hosts[chassis];
	const struct chassis *own = &net->chassis[chassis];

	device_set_mac(h->underlay, own->mac);
	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++) {
		int peer = chassis_by_name(net, out->chassis[i].name);
		struct tunnel_val t = {.ifindex = h->underlay->ifindex,
				       .is_native = 1};

		if (peer < 0)
			continue;
		map_write(h, "chassis", &i, &out->chassis[i]);
		if (peer == chassis)
			continue;
		put32(t.remote_ip, net->chassis[peer].ip);
		put32(t.nexthop, net->chassis[peer].ip);
		put32(t.local_ip, own->ip);
		memcpy(t.nexthop_mac, net->chassis[peer].mac, 6);
		memcpy(t.local_mac, own->mac, 6);
		map_write(h, "tunnel", &i, &t);
		device_add_neighbor(h->underlay, t.remote_ip, t.nexthop_mac);
	}
}

static void xdp_switch(struct host *h, bool on)
{
	int fd = on ? h->xdp_fd : -1;
	int err = 0;

	if (h->has_xdp != on)
		err = bpf_xdp_attach(h->underlay->ifindex, fd, 0, NULL);
	if (!err && h->has_xdp != on)
		err = bpf_xdp_attach(h->external->ifindex, fd, 0, NULL);
	if (err)
		test_abort("XDP on", h->underlay->name, -err);
	h->has_xdp = on;
}

static void config_write(int chassis, const struct logical *net,
			 const struct compile_output *out)
{
	static const struct ct_timeout_val timeouts[CT_STATE_COUNT] = {
#define X(state, timeout, is_embryonic) [CT_##state] = {timeout},
		XOVN_CT_STATES(X)
#undef X
	};
	struct host *h = &hosts[chassis];
	/* what one network's epoch adds is not the next one's generation */
	static uint32_t generation;
	struct config c = {.layout = XOVN_LAYOUT_VERSION,
			   .chassis = out->own_chassis,
			   .generation = generation += 1 << 16,
			   .underlay_ifindex = h->underlay->ifindex,
			   .ct_records = CT_RECORDS,
			   .ct_buckets = CT_BUCKETS};
	uint32_t zero = 0;

	put32(c.encap_ip, net->chassis[chassis].ip);
	snprintf(c.chassis_name, sizeof(c.chassis_name), "%s",
		 net->chassis[chassis].name);
	map_write(h, "config", &zero, &c);
	for (uint32_t i = 0; i < CT_STATE_COUNT; i++)
		map_write(h, "ct_timeout", &i, &timeouts[i]);
}

void host_load(int chassis, const struct logical *net,
	       const struct compile_output *out)
{
	struct host *h = &hosts[chassis];

	for (size_t i = 0; i < h->maps.n; i++)
		map_clear(&h->maps.list[i]);
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *t = &out->image.table[id];

		/* what attach reads: no map of the data plane */
		if (id == IMAGE_NETWORK || id == IMAGE_GARP)
			continue;
		for (size_t i = 0; i < t->n; i++) {
			uint8_t *key = image_entry(t, i);

			map_write(h, image_table_name(id), key,
				  key + t->key_size);
		}
	}
	config_write(chassis, net, out);
	tunnels_write(chassis, net, out);
	xdp_switch(h, net->chassis[chassis].has_xdp);
}

void host_drops(int chassis, uint64_t counts[DROP_REASON_COUNT])
{
	static struct drop_key keys[128];
	static struct drop_val *vals;
	int n_cpu = libbpf_num_possible_cpus();
	uint32_t n = 128, next;
	int err;

	if (!vals)
		vals = calloc(128 * n_cpu, sizeof(*vals));
	memset(counts, 0, DROP_REASON_COUNT * sizeof(*counts));
	err = bpf_map_lookup_batch(
		shared_map_find(&hosts[chassis].maps, "drop")->fd, NULL, &next,
		keys, vals, &n, NULL);
	if (err && err != -ENOENT)
		test_abort("read map", "drop", -err);
	for (uint32_t i = 0; i < n; i++) {
		for (int cpu = 0; cpu < n_cpu; cpu++)
			counts[keys[i].reason] += vals[i * n_cpu + cpu].packets;
	}
}

uint64_t host_counter(int chassis, uint32_t number)
{
	int n_cpu = libbpf_num_possible_cpus();
	struct counter_val vals[n_cpu];
	uint64_t sum = 0;

	if (bpf_map_lookup_elem(
		    shared_map_find(&hosts[chassis].maps, "counter")->fd,
		    &number, vals))
		test_abort("read map", "counter", errno);
	for (int cpu = 0; cpu < n_cpu; cpu++)
		sum += vals[cpu].packets;
	return sum;
}

struct device *host_vif(int chassis, int number)
{
	return hosts[chassis].vif[number];
}

struct device *host_underlay(int chassis)
{
	return hosts[chassis].underlay;
}

struct device *host_external(int chassis)
{
	return hosts[chassis].external;
}
