/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * The BPF objects embedded in the xovn binary, and their programs where they
 * are pinned.  programs_load.h puts them there.
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
/* The pinned program: a file descriptor or -errno. */
int program_open(const struct state *s, enum program p, struct error *e);
const char *program_pin(enum program p); /* name in the pin directory */
/* The embedded object, to be loaded on maps of the caller's; the program's
 * file descriptor, which the object owns, or -errno. */
int program_object_open(enum program p, struct bpf_object **obj,
			struct error *e);
int program_object_load(enum program p, struct bpf_object *obj,
			struct error *e);
/* What err of loading it means. */
int program_object_refused(enum program p, int err, struct error *e);
/* Does any of the objects have a map of that name to pin? */
bool programs_declare_map(const char *name);
/* Passes libbpf's messages on to stderr, the verifier's log included. */
void programs_set_verbose(bool is_verbose);

#endif /* XOVN_SYNC_PROGRAMS_H */
