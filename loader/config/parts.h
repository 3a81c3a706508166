/* SPDX-License-Identifier: GPL-2.0-only */
/* What the files of config/ want of each other. */
#ifndef XOVN_CONFIG_PARTS_H
#define XOVN_CONFIG_PARTS_H

#include "config/config.h"

#define CONFIG_SPACE " \t\r\n"
#define CONFIG_KEYS_MAX 32

enum config_section {
	CONFIG_NONE,
	CONFIG_HOST,
	CONFIG_SNAPSHOT,
	CONFIG_AGENT,
};

struct config_reader {
	struct host_config *c;
	const char *path;
	unsigned int line;
	enum config_section section;
	unsigned int seen[CONFIG_KEYS_MAX]; /* line of each key, 0: none */
	struct error *e;
};

/* "PATH: line N: ..." into r->e; returns -err. */
int config_refuse(struct config_reader *r, int err, const char *format, ...)
	__attribute__((format(printf, 3, 4)));

/* ---- keys.c ---- */

/* -EINVAL: unknown, given before, or not what is wanted there. */
int config_section_begin(struct config_reader *r, const char *name);
int config_key_set(struct config_reader *r, const char *key, char *value);

/* ---- ifaces.c ---- */

/* value: "IFACE [MODE]", "IFACE NETWORK [MODE]", "IFACE LSP". */
int config_iface_add(struct config_reader *r, enum host_iface_role role,
		     char *value);
/* What holds between lines; sorts them by role. */
int config_ifaces_end(struct config_reader *r);

#endif /* XOVN_CONFIG_PARTS_H */
