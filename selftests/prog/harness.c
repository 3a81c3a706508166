// SPDX-License-Identifier: GPL-2.0-only
#include <bpf/bpf.h>
#include <bpf/libbpf.h>
#include <errno.h>
#include <linux/bpf.h>
#include <net/if.h>
#include <sched.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "objects.h"
#include "prog.h"
#include "ct_delete.skel.h"
#include "nic.skel.h"
#include "nic_xdp.skel.h"
#include "reinject.skel.h"
#include "vif.skel.h"

static struct shared_maps maps;
static int program_fd[PROGRAM_COUNT];
static cpu_set_t any_cpu;

static const char *const drop_names[DROP_REASON_COUNT] = {[DROP_NONE] = "NONE",
#define X(number, name, what, where) [DROP_##name] = #name,
							  XOVN_DROP_REASONS(X)
#undef X
};

void harness_init(void)
{
	const void *elf;
	size_t size;

	objects_init();
	elf = vif_bpf__elf_bytes(&size);
	program_fd[PROGRAM_VIF] = object_load(&maps, elf, size, "vif_ingress");
	elf = nic_bpf__elf_bytes(&size);
	program_fd[PROGRAM_TC] = object_load(&maps, elf, size, "nic_ingress");
	elf = nic_xdp_bpf__elf_bytes(&size);
	program_fd[PROGRAM_XDP] = object_load(&maps, elf, size, "nic_xdp");
	elf = ct_delete_bpf__elf_bytes(&size);
	program_fd[PROGRAM_CT_DELETE] =
		object_load(&maps, elf, size, "ct_delete");
	elf = reinject_bpf__elf_bytes(&size);
	program_fd[PROGRAM_REINJECT] =
		object_load(&maps, elf, size, "reinject_ingress");
	device_get(UNDERLAY);
}

int harness_program(enum program p)
{
	return program_fd[p];
}

int harness_map(const char *name)
{
	struct shared_map *m = shared_map_find(&maps, name);

	if (!m)
		test_abort("map", name, ENOENT);
	return m->fd;
}

static void map_write(const char *name, const void *key, const void *val)
{
	if (bpf_map_update_elem(harness_map(name), key, val, BPF_ANY))
		test_abort("write to map", name, errno);
}

void harness_clear(const char *name)
{
	struct shared_map *m = shared_map_find(&maps, name);
	static const uint8_t zero[4096];
	uint8_t key[512];

	/* Rings hold no state, and the flow none between packets. */
	if (m && (m->type == BPF_MAP_TYPE_ARRAY_OF_MAPS ||
		  m->type == BPF_MAP_TYPE_RINGBUF || !strcmp(name, "scratch")))
		return;
	if (!m || m->key_size > sizeof(key) || m->val_size > sizeof(zero))
		test_abort("clear map", name, EINVAL);
	if (m->type == BPF_MAP_TYPE_PERCPU_ARRAY &&
	    (uint64_t)m->max_entries * m->val_size > sizeof(zero))
		return; /* counters go on, as those of drops do */
	if (m->type == BPF_MAP_TYPE_ARRAY ||
	    m->type == BPF_MAP_TYPE_PERCPU_ARRAY) {
		for (uint32_t i = 0; i < m->max_entries; i++)
			map_write(name, &i, zero);
		return;
	}
	while (!bpf_map_get_next_key(m->fd, NULL, key)) {
		if (bpf_map_delete_elem(m->fd, key))
			test_abort("clear map", name, errno);
	}
}

/* As attach --underlay and the resolution of next hops leave it. */
static void tunnels_write(const struct network *n)
{
	const struct chassis_val *own = &n->out.chassis[n->out.own_chassis];
	const struct alias *self = network_alias(n, n->self);
	struct device *d = device_get(UNDERLAY);
	struct tunnel_val t = {.ifindex = d->ifindex, .is_native = 1};

	device_set_mac(d, self->mac);
	for (uint32_t i = 1; i < XOVN_MAX_CHASSIS; i++) {
		const struct chassis_val *c = &n->out.chassis[i];
		const struct alias *a;

		if (!c->name[0])
			continue;
		map_write("chassis", &i, c);
		if (i == n->out.own_chassis)
			continue;
		a = network_alias(n, c->name);
		memcpy(t.remote_ip, c->encap_ip, 4);
		memcpy(t.local_ip, own->encap_ip, 4);
		memcpy(t.nexthop, c->encap_ip, 4);
		memcpy(t.nexthop_mac, a->mac, 6);
		memcpy(t.local_mac, self->mac, 6);
		map_write("tunnel", &i, &t);
		device_add_neighbor(d, c->encap_ip, a->mac);
	}
}

static void ct_timeouts_write(void)
{
	static const struct ct_timeout_val timeouts[CT_STATE_COUNT] = {
#define X(state, timeout, is_embryonic) [CT_##state] = {timeout},
		XOVN_CT_STATES(X)
#undef X
	};

	for (uint32_t i = 0; i < CT_STATE_COUNT; i++)
		map_write("ct_timeout", &i, &timeouts[i]);
}

void harness_ct_size(uint32_t records, uint32_t buckets)
{
	struct config c;
	uint32_t zero = 0;

	if (bpf_map_lookup_elem(harness_map("config"), &zero, &c))
		test_abort("read map", "config", errno);
	c.ct_records = records;
	c.ct_buckets = buckets;
	c.generation++;
	map_write("config", &zero, &c);
}

void harness_new_generation(void)
{
	harness_ct_size(1024, 512);
}

void harness_new_epoch(void)
{
	struct epoch_val e;
	uint32_t zero = 0;

	bpf_map_lookup_elem(harness_map("epoch"), &zero, &e);
	e.count++;
	bpf_map_update_elem(harness_map("epoch"), &zero, &e, BPF_ANY);
}

void harness_load(const struct network *n)
{
	const struct chassis_val *own = &n->out.chassis[n->out.own_chassis];
	/* what one network's epoch adds is not the next one's generation */
	static uint32_t generation;
	struct config c = {.layout = XOVN_LAYOUT_VERSION,
			   .chassis = n->out.own_chassis,
			   .generation = generation += 1 << 16,
			   .ct_records = CT_RECORDS,
			   .ct_buckets = CT_BUCKETS};
	uint32_t zero = 0;

	for (size_t i = 0; i < maps.n; i++) {
		if (strcmp(maps.list[i].name, "drop"))
			harness_clear(maps.list[i].name);
	}
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *t = &n->out.image.table[id];

		/* what attach reads: no map of the data plane */
		if (id == IMAGE_NETWORK || id == IMAGE_GARP)
			continue;
		for (size_t i = 0; i < t->n; i++) {
			uint8_t *key = image_entry(t, i);

			map_write(image_table_name(id), key, key + t->key_size);
		}
	}
	memcpy(c.encap_ip, own->encap_ip, 4);
	c.underlay_ifindex = device_get(UNDERLAY)->ifindex;
	memcpy(c.chassis_name, own->name, sizeof(c.chassis_name));
	map_write("config", &zero, &c);
	ct_timeouts_write();
	tunnels_write(n);
}

/* Read at once: it is done for every frame of every test. */
void harness_drops(uint64_t counts[DROP_REASON_COUNT])
{
	static struct drop_key keys[128];
	static struct drop_val *vals;
	int n_cpu = libbpf_num_possible_cpus();
	uint32_t n = 128, next;
	int err;

	if (!vals)
		vals = calloc(128 * n_cpu, sizeof(*vals));
	memset(counts, 0, DROP_REASON_COUNT * sizeof(*counts));
	err = bpf_map_lookup_batch(harness_map("drop"), NULL, &next, keys, vals,
				   &n, NULL);
	if (err && err != -ENOENT)
		test_abort("read map", "drop", -err);
	for (uint32_t i = 0; i < n; i++) {
		for (int cpu = 0; cpu < n_cpu; cpu++)
			counts[keys[i].reason] += vals[i * n_cpu + cpu].packets;
	}
}

uint64_t harness_ct_event(enum ct_event e)
{
	int n_cpu = libbpf_num_possible_cpus();
	struct ct_event_val *v = calloc(n_cpu, sizeof(*v));
	struct ct_event_key key = {.event = e};
	uint64_t sum = 0;

	if (!bpf_map_lookup_elem(harness_map("ct_event"), &key, v)) {
		for (int cpu = 0; cpu < n_cpu; cpu++)
			sum += v[cpu].count;
	}
	free(v);
	return sum;
}

const char *drop_name(enum drop_reason r)
{
	return drop_names[r];
}

enum drop_reason drop_by_name(const char *name)
{
	for (int r = 1; r < DROP_REASON_COUNT; r++) {
		if (drop_names[r] && !strcmp(drop_names[r], name))
			return r;
	}
	test_abort("drop reason", name, ENOENT);
	return DROP_NONE;
}

void harness_attach_vif(struct device *d)
{
	device_attach(d, program_fd[PROGRAM_VIF]);
}

void harness_attach_reinject(struct device *d)
{
	device_attach(d, program_fd[PROGRAM_REINJECT]);
}

void harness_attach_nic(struct device *d, bool with_xdp)
{
	int err;

	device_attach(d, program_fd[PROGRAM_TC]);
	err = bpf_xdp_attach(d->ifindex,
			     with_xdp ? program_fd[PROGRAM_XDP] : -1, 0, NULL);
	if (err)
		test_abort("XDP on", d->name, -err);
}

int harness_one_cpu(void)
{
	int cpu = sched_getcpu();
	cpu_set_t one;

	CPU_ZERO(&one);
	CPU_SET(cpu, &one);
	sched_getaffinity(0, sizeof(any_cpu), &any_cpu);
	sched_setaffinity(0, sizeof(one), &one);
	return cpu;
}

void harness_any_cpu(void)
{
	sched_setaffinity(0, sizeof(any_cpu), &any_cpu);
}

void program_run(enum program which, const struct device *d,
		 const struct packet *in, struct outcome *o)
{
	struct __sk_buff skb = {.ifindex = d->ifindex,
				.ingress_ifindex = d->ifindex};
	struct xdp_md xdp = {.data_end = in->len,
			     .ingress_ifindex = d->ifindex};
	LIBBPF_OPTS(bpf_test_run_opts, opts, .data_in = in->data,
		    .data_size_in = in->len, .data_out = o->out.data,
		    .data_size_out = PACKET_MAX);

	opts.ctx_in = which == PROGRAM_XDP ? (void *)&xdp : &skb;
	opts.ctx_size_in = which == PROGRAM_XDP ? sizeof(xdp) : sizeof(skb);
	if (which == PROGRAM_XDP) {
		opts.ctx_out = &xdp;
		opts.ctx_size_out = sizeof(xdp);
	}
	packet_init(&o->out);
	o->err = bpf_prog_test_run_opts(harness_program(which), &opts);
	o->retval = opts.retval;
	o->out.len = opts.data_size_out;
	o->meta_len = 0;
	if (which == PROGRAM_XDP && !o->err) {
		/* metadata stands in front of the frame */
		o->meta_len = xdp.data;
		o->out.len -= o->meta_len;
		memmove(o->out.data, o->out.data + o->meta_len, o->out.len);
	}
}
