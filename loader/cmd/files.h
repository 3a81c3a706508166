/* SPDX-License-Identifier: GPL-2.0-only */
/* What describes a network, as load and trace take it: files, or servers
 * "tcp:...", "unix:...", "ssl:..." of the two databases. */
#ifndef XOVN_CMD_FILES_H
#define XOVN_CMD_FILES_H

#include "error.h"
#include "nb/nb.h"
#include "nb/placement.h"
#include "ovsdb/client.h"

struct network_files {
	const char *nb; /* --nb, never NULL */
	const char *sb; /* --sb or NULL */
	const char *placement; /* --placement or NULL; not both */
	struct ovsdb_tls tls; /* for ssl: */
};

/* nb_free() and placement_free() in any case. */
int network_files_read(const struct network_files *f, struct nb *nb,
		       struct placement *placement, struct error *e);

#endif /* XOVN_CMD_FILES_H */
