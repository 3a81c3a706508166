// SPDX-License-Identifier: GPL-2.0-only
/*
 * Networks out of hostile databases, for libFuzzer.  An input is an object:
 * transactions of ovsdb(5) "nb", "sb" and, applied on top, "nb2", "sb2"; and
 * the text of a "placement" file.  xovn load's way: model and map contents are
 * the same twice, or the error can be read.  The agent's way: whatever the
 * rows are, what it makes of the rows changed is what all of them give.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "compile/compile.h"
#include "engine/core.h"
#include "engine/engine.h"
#include "lib/input.h"
#include "lib/mutate.h"
#include "lib/schema.h"
#include "nb/nb.h"
#include "nb/placement.h"
#include "rows.h"

enum { NB, SB, PLACEMENT };

static const char chassis[] = "node1";
static const struct compile_binding bindings[] = {
	{.ifindex = 10, .ifname = "tap0", .lsp = "ls1-vm1"},
	{.ifindex = 11, .ifname = "veth1", .lsp = "sw0-p1", .is_peer = true},
};
static const struct compile_mapping mappings[] = {
	{.ifindex = 900, .ifname = "nic0", .network = "phyNet"},
	{.ifindex = 901, .ifname = "nic1", .network = "phys1"},
};

size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed)
{
	return json_mutate(data, size, max, seed);
}

size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size,
				 const uint8_t *b, size_t b_size, uint8_t *out,
				 size_t max, unsigned int seed)
{
	return json_cross(a, a_size, b, b_size, out, max, seed);
}

static void print_entry(const uint8_t *entry, size_t size, uint64_t owner)
{
	fprintf(stderr, "  of %" PRIx64 ":", owner);
	for (size_t i = 0; i < size; i++)
		fprintf(stderr, " %02x", entry[i]);
	fprintf(stderr, "\n");
}

/* One image has all that the other one has. */
static void image_within(const struct image *a, const struct image *b)
{
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *t = &a->table[id];
		const struct image_table *u = &b->table[id];

		for (size_t i = 0; i < t->n; i++) {
			const uint8_t *key = image_entry(t, i);
			size_t size = t->key_size + t->val_size;
			size_t at = image_number(b, id, key);
			const uint8_t *other =
				at == IMAGE_NONE ? NULL : image_entry(u, at);

			if (other && !memcmp(key, other, size) &&
			    image_owner(t, i) == image_owner(u, at))
				continue;
			fprintf(stderr, "map %s:\n", image_table_name(id));
			print_entry(key, size, image_owner(t, i));
			if (other)
				print_entry(other, size, image_owner(u, at));
			require(false);
		}
	}
}

static void image_same(const struct image *a, const struct image *b)
{
	image_within(a, b);
	image_within(b, a);
}

/* NULL: no transaction, or one that is refused. */
static struct ovsdb *rows_read(unsigned int number, const json_t *first,
			       const json_t *second)
{
	static char *schemas[2];
	static const char *const names[] = {"OVN_Northbound", "OVN_Southbound"};
	const struct ovsdb_filter *filter = number == NB ? nb_columns :
							   engine_sb_filter;
	const json_t *txns[] = {first, second};
	const char *path = file_start(number);
	struct ovsdb *db = NULL;
	struct error e = {""};

	if (!schemas[number])
		schemas[number] =
			schema_cut(number == NB ? XOVN_TEST_DATA "/base/nb.db" :
						  XOVN_TEST_DATA "/ovsdb/sb.db",
				   filter);
	file_record(number, "JSON", schemas[number], strlen(schemas[number]));
	for (int i = 0; i < 2; i++) {
		char *text = txns[i] ? json_dumps(txns[i], JSON_COMPACT) : NULL;

		if (text)
			file_record(number, "JSON", text, strlen(text));
		free(text);
	}
	if (ovsdb_read(path, names[number], filter, &db, &e)) {
		require(!db);
		error_require(&e);
	}
	return db;
}

/* ---- xovn load ---- */

static void load_compile(const struct nb *nb, const struct placement *p,
			 struct compile_output *out, int *ret)
{
	struct compile_input in = {
		.nb = nb,
		.placement = p,
		.chassis = chassis,
		.bindings = bindings,
		.n_bindings = 2,
		.mappings = mappings,
		.n_mappings = 2,
	};
	struct error e = {""};

	*ret = compile(&in, out, &e);
	if (*ret)
		error_require(&e);
}

static void load(const struct ovsdb *db, const struct ovsdb *sb,
		 const char *placement)
{
	struct compile_output out, again;
	struct placement p = {0};
	struct error e = {""};
	struct nb nb;
	int ret;

	if (nb_from_ovsdb(db, &nb, &e)) {
		error_require(&e);
		return;
	}
	if (placement) {
		const char *path = file_start(PLACEMENT);

		file_add(PLACEMENT, placement, strlen(placement));
		ret = placement_read_file(path, &p, &e);
	} else {
		ret = sb ? placement_read_sb(sb, &p, &e) : 0;
	}
	if (ret) {
		error_require(&e);
	} else {
		load_compile(&nb, &p, &out, &ret);
		if (!ret) {
			load_compile(&nb, &p, &again, &ret);
			require(!ret && out.own_chassis == again.own_chassis);
			image_same(&out.image, &again.image);
			compile_output_free(&again);
			compile_output_free(&out);
		}
	}
	placement_free(&p);
	nb_free(&nb);
}

/* ---- xovn agent ---- */

struct agent {
	struct core *core;
	struct chassis_val *present; /* as of the last whole */
};

static int present_copy(void *arg, struct chassis_val **copy, struct error *e)
{
	const struct agent *a = arg;

	(void)e;
	*copy = NULL;
	if (!a->present)
		return 0;
	*copy = calloc(XOVN_MAX_CHASSIS, sizeof(**copy));
	require(*copy);
	memcpy(*copy, a->present, XOVN_MAX_CHASSIS * sizeof(**copy));
	return 0;
}

static struct core_input input_of(struct agent *a, const struct ovsdb *nb,
				  const struct ovsdb *sb)
{
	return (struct core_input){
		.nb = nb,
		.sb = sb,
		.chassis = chassis,
		.bindings = bindings,
		.n_bindings = 2,
		.mappings = mappings,
		.n_mappings = 2,
		.present_chassis = present_copy,
		.arg = a,
	};
}

static void update(struct agent *a, const struct core_input *in)
{
	struct core_result part, whole;
	struct error e = {""}, other = {""};
	struct core *fresh = core_new();
	int ret, want;

	require(fresh);
	want = core_compile(fresh, in, &whole, &other);
	ret = core_compile(a->core, in, &part, &e);
	if (ret != want || (ret && strcmp(e.text, other.text))) {
		fprintf(stderr, "whole: %d %s\nchanged rows: %d %s\n", want,
			other.text, ret, e.text);
		require(false);
	}
	/* of a row that is bad there are the others */
	if (ret && ret != -EAGAIN && ret != -ENOENT)
		fprintf(stderr, "%d %s\n", ret, e.text);
	require(!ret || ret == -EAGAIN || ret == -ENOENT);
	if (!ret) {
		free(a->present);
		a->present = calloc(XOVN_MAX_CHASSIS, sizeof(*a->present));
		require(a->present);
		memcpy(a->present, whole.compiled.chassis,
		       XOVN_MAX_CHASSIS * sizeof(*a->present));
		require(!core_commit(fresh, in, &whole));
		require(!core_commit(a->core, in, &part));
		core_result_free(&whole);
		core_result_free(&part);
		image_same(core_image(a->core), core_image(fresh));
	}
	core_free(fresh);
}

static void follow(const struct ovsdb *nb, const struct ovsdb *sb,
		   const struct ovsdb *nb2, const struct ovsdb *sb2)
{
	struct agent a = {.core = core_new()};
	struct core_input in = input_of(&a, nb, sb);
	const struct ovsdb_change **of_nb, **of_sb, **both;
	size_t n, m;

	require(a.core);
	update(&a, &in);
	if (nb2 && sb2) {
		in = input_of(&a, nb2, sb2);
		of_nb = rows_changes(nb, nb2, &n);
		of_sb = rows_changes(sb, sb2, &m);
		both = calloc(n + m + 1, sizeof(*both));
		require(both);
		memcpy(both, of_nb, n * sizeof(*both));
		memcpy(both + n, of_sb, m * sizeof(*both));
		in.changes = both;
		in.n_changes = n + m;
		update(&a, &in);
		free(of_nb);
		free(of_sb);
		free(both);
	}
	core_free(a.core);
	free(a.present);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct ovsdb *nb = NULL, *sb = NULL, *nb2 = NULL, *sb2 = NULL;
	const json_t *of_nb, *of_sb;
	json_t *input;

	json_object_seed(1);
	input = json_loadb((const char *)data, size, 0, NULL);
	if (!json_is_object(input))
		goto out;
	of_nb = json_object_get(input, "nb");
	of_sb = json_object_get(input, "sb");
	nb = rows_read(NB, of_nb, NULL);
	sb = rows_read(SB, of_sb, NULL);
	if (nb)
		load(nb, sb,
		     json_string_value(json_object_get(input, "placement")));
	if (!nb || !sb || !of_sb)
		goto out;
	if (json_object_get(input, "nb2") || json_object_get(input, "sb2")) {
		nb2 = rows_read(NB, of_nb, json_object_get(input, "nb2"));
		sb2 = rows_read(SB, of_sb, json_object_get(input, "sb2"));
	}
	follow(nb, sb, nb2, sb2);
out:
	ovsdb_free(nb);
	ovsdb_free(sb);
	ovsdb_free(nb2);
	ovsdb_free(sb2);
	json_decref(input);
	return 0;
}
