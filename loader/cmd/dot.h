/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A picture of the network for Graphviz, from the tree of show_collect().
 * At the top the datapaths that no single host has, below them a box for
 * each host with its ports and what is only there, at the bottom tunnels and
 * physical networks.
 */
#ifndef XOVN_CMD_DOT_H
#define XOVN_CMD_DOT_H

#include <jansson.h>
#include <stdbool.h>
#include <stdio.h>

#include "error.h"

#define DOT_ROWS_MAX 24 /* of ports in one box, unless all are wanted */
#define DOT_RULES_MAX 4 /* NAT rules or VIPs of a datapath, likewise */

#define DOT_NOWHERE (-1) /* site of what no single host has */

void dot_write(const json_t *root, FILE *to, bool is_detailed);
/* Through dot -Tsvg into a file, "-": standard output.  -ENOENT: Graphviz is
 * not installed; on any error the file is as it was. */
int svg_write(const json_t *root, const char *file, bool is_detailed,
	      struct error *e);

/* Text in an HTML-like label: no markup, no control characters. */
void dot_text(FILE *to, const char *text);

/* Labels: of a datapath (is_here: what interfaces its ports have is known), of
 * the ports of a switch on a host (array of
 * ports), of the whole picture. */
void dot_label_datapath(FILE *to, const json_t *dp, bool is_router,
			bool is_here, bool is_detailed);
void dot_label_ports(FILE *to, const json_t *sw, const json_t *ports,
		     bool is_detailed);
void dot_label_legend(FILE *to, const json_t *root);
/* "12 pps, 3.4 kbit/s", or totals where no rates are known. */
void dot_label_passed(FILE *to, const json_t *passed);

#endif /* XOVN_CMD_DOT_H */
