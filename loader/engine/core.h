/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The engine without a server and without a kernel: databases and changed
 * rows go in, map contents, or a part of them, come out.
 */
#ifndef XOVN_ENGINE_CORE_H
#define XOVN_ENGINE_CORE_H

#include "compile/compile.h"
#include "error.h"
#include "nb/placement.h"
#include "ovsdb/client.h"

struct core;

/* As in engine_input. */
struct core_input {
	const struct ovsdb *nb, *sb;
	const struct ovsdb_change *const *changes; /* of either */
	size_t n_changes;
	const char *chassis;
	const struct compile_binding *bindings;
	size_t n_bindings;
	const struct compile_mapping *mappings;
	size_t n_mappings;
	/* Chassis indices in use (compile_input), asked for where all is
	 * compiled; malloc()ed, or NULL. */
	int (*present_chassis)(void *arg, struct chassis_val **chassis,
			       struct error *e);
	void *arg;
	bool is_whole;
};

struct core_result {
	bool is_whole;
	/* All, or the entries that owners[] shall have, in compiled.image. */
	struct compile_output compiled;
	uint64_t *owners; /* sorted */
	size_t n_owners;
	size_t n_datapaths; /* compiled anew */
	uint8_t (*uuids)[16]; /* ... of a part, these */
	struct placement chassis; /* of a whole one: those known, doubles */
};

struct core *core_new(void); /* NULL: memory */
void core_free(struct core *c);

/* Nothing to do is a part without owners.  0, -EAGAIN, or that of compile(). */
int core_compile(struct core *c, const struct core_input *in,
		 struct core_result *result, struct error *e);
/* It has been written, so that is how things are; takes it over.  Without
 * this call the next core_compile() is whole.  0 or -ENOMEM (the next one is
 * whole). */
int core_commit(struct core *c, const struct core_input *in,
		struct core_result *result);
void core_result_free(struct core_result *result);

/* Of what was committed last. */
const struct image *core_image(const struct core *c);
/* As engine_lrp_key() and its like. */
bool core_lrp_key(const struct core *c, const char *lrp, uint32_t *datapath,
		  uint32_t *port);
const char *core_lrp_name(const struct core *c, uint32_t datapath,
			  uint32_t port);
const uint32_t *core_local_datapaths(const struct core *c, size_t *n);

#endif /* XOVN_ENGINE_CORE_H */
