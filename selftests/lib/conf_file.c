// SPDX-License-Identifier: GPL-2.0-only
#include "conf_file.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "vswitch/vswitch.h"
#include "ovsdb_file.h"

#define MAP                                                                    \
	"{'type':{'key':'string','value':'string','min':0,'max':'unlimited'}}"
#define REFS "{'type':{'key':'uuid','min':0,'max':'unlimited'}}"
#define INT "{'type':{'key':'integer','min':0,'max':1}}"
#define STRING "{'type':'string'}"

static const char schema[] =
	"{'name':'Open_vSwitch','version':'8.3.1','tables':{"
	"'Open_vSwitch':{'columns':{'bridges':" REFS ",'ssl':" REFS
	",'external_ids':" MAP "}},"
	"'Bridge':{'columns':{'name':" STRING ",'ports':" REFS "}},"
	"'Port':{'columns':{'name':" STRING ",'interfaces':" REFS ",'tag':" INT
	",'external_ids':" MAP "}},"
	"'Interface':{'columns':{'name':" STRING ",'type':" STRING
	",'ofport':" INT ",'ofport_request':" INT ",'external_ids':" MAP "}},"
	"'SSL':{'columns':{'private_key':" STRING ",'certificate':" STRING
	",'ca_cert':" STRING "}}}}";

/* Text with ' for ", as a record. */
static void record(const char *path, const char *text)
{
	char *json = strdup(text), *c;

	if (!json)
		abort();
	for (c = json; *c; c++)
		if (*c == '\'')
			*c = '"';
	db_record(path, "JSON", json);
	free(json);
}

struct ovsdb *conf_open(const char *rows)
{
	struct ovsdb *db = NULL;
	char path[64];
	struct error e;

	db_create(path);
	record(path, schema);
	record(path, rows);
	if (ovsdb_read(path, "Open_vSwitch", vswitch_filter, &db, &e)) {
		fprintf(stderr, "%s\n", e.text);
		abort();
	}
	unlink(path);
	return db;
}
