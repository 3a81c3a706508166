/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF objects embedded in the xovn binary: loading them on the pinned
 * maps, pinning the programs, putting new ones in the place of old ones.
 */
#ifndef XOVN_SYNC_PROGRAMS_H
#define XOVN_SYNC_PROGRAMS_H

#include <bpf/libbpf.h>
#include <stdbool.h>
#include <stdint.h>

#include "error.h"
#include "sync/state.h"

enum program {
	PROGRAM_VIF, /* TC ingress of a VIF */
	PROGRAM_NIC, /* TC ingress of underlay and localnet interfaces */
	PROGRAM_NIC_XDP,
	PROGRAM_CT_DELETE, /* removes a connection; run by this program */
	PROGRAM_REINJECT, /* TC ingress of an agent's tap */
	PROGRAM_COUNT,
};

/* Identifies the build: a hash of the embedded objects. */
uint32_t programs_id(void);
/* Are these very programs pinned and attached everywhere? */
bool programs_are_current(const struct state *s);
/* Creates the maps that are missing, sized by limits, loads and pins the
 * programs, puts them in the place of older ones wherever those are attached
 * (no packet sees a hook without program), notes their id in config. */
int programs_update(struct state *s, const struct map_limits *limits,
		    struct error *e);
/* The half of it that comes before the interfaces: loaded and pinned. */
struct programs {
	struct bpf_object *obj[PROGRAM_COUNT];
	int fd[PROGRAM_COUNT];
};
int programs_load(struct state *s, const struct map_limits *limits,
		  struct programs *p, struct error *e);
void programs_close(struct programs *p); /* also after an error */
/* The pinned program: a file descriptor or -errno. */
int program_open(const struct state *s, enum program p, struct error *e);
const char *program_pin(enum program p); /* name in the pin directory */
/* The embedded object, to be loaded on maps of the caller's; the program's
 * file descriptor, which the object owns, or -errno. */
int program_object_open(enum program p, struct bpf_object **obj,
			struct error *e);
int program_object_load(enum program p, struct bpf_object *obj,
			struct error *e);
/* Does any of the objects have a map of that name to pin? */
bool programs_declare_map(const char *name);
/* Passes libbpf's messages on to stderr, the verifier's log included. */
void programs_set_verbose(bool is_verbose);

#endif /* XOVN_SYNC_PROGRAMS_H */
