/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Records of an OVSDB log: a line "OVSDB JSON length sha1" (or CLUSTER),
 * then so many bytes of JSON.  One record is in memory at a time.
 */
#ifndef XOVN_OVSDB_LOG_H
#define XOVN_OVSDB_LOG_H

#include <stdio.h>

#include "json_text.h"
#include "store.h"

struct log_file {
	const char *path;
	FILE *file;
	const char *magic; /* "JSON" or "CLUSTER" */
	unsigned long long offset; /* of the record read last */
	unsigned long long next; /* byte behind it */
	size_t n; /* records read */
	char *buffer;
	size_t capacity;
};

/* Reads the next record and checks its SHA-1.  1: *text is its JSON, valid
 * until the next call; 0: end of file; else -EINVAL, -EIO, -ENOMEM. */
int log_read(struct log_file *log, struct json_text *text, struct error *e);
/* Puts file, record and offset before the cause in e; returns err. */
int log_error(const struct log_file *log, int err, struct error *e);

/* The forms.  A log's first record has been read: its magic tells which. */
int standalone_read(struct log_file *log, struct json_text first,
		    struct ovsdb *db, struct error *e);
int raft_read(struct log_file *log, struct json_text first, struct ovsdb *db,
	      struct error *e);
int dump_read(struct log_file *log, struct ovsdb *db, struct error *e);

#endif /* XOVN_OVSDB_LOG_H */
