/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Prometheus' text exposition format, version 0.0.4: families of samples,
 * each headed by HELP and TYPE and in one piece; and files of it for
 * node_exporter's textfile collector.
 */
#ifndef XOVN_CMD_EXPOSITION_H
#define XOVN_CMD_EXPOSITION_H

#include <stdint.h>
#include <stdio.h>

#include "error.h"

/* type: "counter" or "gauge"; help: no backslash, no line feed. */
void exposition_family(FILE *f, const char *name, const char *type,
		       const char *help);
/* Names and values of labels in turn, ended by a name that is NULL. */
#define LABELS(...) ((const char *const[]){__VA_ARGS__, NULL})

/* labels: LABELS(), or NULL.  A value may hold any bytes: what is not UTF-8
 * becomes "?". */
void exposition_sample(FILE *f, const char *family, uint64_t value,
		       const char *const *labels);

/* Has write() fill a file of mode 0644, which a reader finds as it was or
 * whole.  0, or -errno with e filled and nothing changed. */
int exposition_file(const char *path, void (*write)(FILE *f, void *arg),
		    void *arg, struct error *e);

#endif /* XOVN_CMD_EXPOSITION_H */
