// SPDX-License-Identifier: GPL-2.0-only
/*
 * ovsdbwatch [-c FIFO] [-l] [-k LOCK] [-p PROBE_MS]
 *            REMOTES DATABASE TABLE COLUMN=TYPE...
 *
 * Follows one table and prints a line for each event; TYPE is s, i, b, u or m,
 * -l wants the leader.  Lines on stdin, or of the FIFO, are commands:
 *
 *   condition JSON   clauses, null: all rows
 *   transact JSON    an array of operations
 *   verify UUID COLUMN JSON   the same, if the row's column is what is known
 *   remotes TEXT
 *   rows             prints all rows
 *   quit
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ovsdb/client.h"

#define MAX_COLUMNS 16

static struct ovsdb_column columns[MAX_COLUMNS + 1];
static struct ovsdb_filter filter[2];
static struct ovsdb_client *client;
static bool is_done;
static int input; /* commands */

__attribute__((noreturn)) static void die(const char *why)
{
	fprintf(stderr, "ovsdbwatch: %s\n", why);
	exit(1);
}

static void print_value(const struct ovsdb_row *row,
			const struct ovsdb_column *column, size_t i)
{
	const char *name = column->name;
	char uuid[37];

	switch (column->type) {
	case OVSDB_STRING:
		printf("%s", ovsdb_string(row, name, i));
		break;
	case OVSDB_INTEGER:
		printf("%lld", (long long)ovsdb_integer(row, name, 0));
		break;
	case OVSDB_BOOLEAN:
		printf("%d", ovsdb_boolean(row, name, false));
		break;
	case OVSDB_UUID:
		ovsdb_uuid_format(ovsdb_uuid(row, name, i), uuid);
		printf("%s", uuid);
		break;
	case OVSDB_MAP:
		printf("%s:%s", ovsdb_map_key(row, name, i),
		       ovsdb_map_get(row, name, ovsdb_map_key(row, name, i)));
		break;
	}
}

static void print_row(const char *event, const struct ovsdb_row *row)
{
	const struct ovsdb_column *column;
	char uuid[37];
	size_t i;

	ovsdb_uuid_format(ovsdb_row_uuid(row), uuid);
	printf("%s %s", event, uuid);
	for (column = columns; column->name; column++) {
		printf(" %s=", column->name);
		for (i = 0; i < ovsdb_size(row, column->name); i++) {
			printf("%s", i ? "," : "");
			print_value(row, column, i);
		}
	}
	putchar('\n');
}

static void print_changes(void)
{
	size_t i;

	for (i = 0; i < ovsdb_client_n_changes(client); i++) {
		const struct ovsdb_change *change =
			ovsdb_client_change(client, i);

		switch (change->kind) {
		case OVSDB_INSERTED:
			print_row("insert", change->row);
			break;
		case OVSDB_MODIFIED:
			print_row("old", change->old);
			print_row("new", change->row);
			break;
		case OVSDB_DELETED:
			print_row("delete", change->old);
			break;
		}
	}
	ovsdb_client_forget_changes(client);
}

static void print_rows(void)
{
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(client), filter[0].table);
	size_t i;

	for (i = 0; i < ovsdb_table_size(t); i++)
		print_row("row", ovsdb_table_row(t, i));
	printf("rows %zu\n", ovsdb_table_size(t));
}

/* What lasts is printed when it becomes another. */
static void print_state(void)
{
	static char status[1200];
	static bool has_contents, has_lock, holds;

	if (strcmp(status, ovsdb_client_status(client))) {
		snprintf(status, sizeof(status), "%s",
			 ovsdb_client_status(client));
		printf("status %s\n", status);
	}
	if (has_contents != ovsdb_client_has_contents(client)) {
		has_contents = !has_contents;
		printf("contents\n");
	}
	if (has_lock != ovsdb_client_has_lock(client)) {
		has_lock = !has_lock;
		printf("%s\n", has_lock ? "locked" : "unlocked");
	}
	if (holds != ovsdb_client_conditions_hold(client)) {
		holds = !holds;
		printf("conditions %s\n", holds ? "hold" : "pending");
	}
}

static void txn_done(void *arg, enum ovsdb_txn_result outcome,
		     const json_t *result, const char *why)
{
	static const char *const names[] = {"success", "again", "error"};

	(void)arg;
	(void)result;
	printf("transaction %s%s%s\n", names[outcome], why ? ": " : "",
	       why ? why : "");
}

static void transact(const char *text, const struct ovsdb_row *row,
		     const char *column)
{
	json_t *ops = json_loads(text, 0, NULL), *op;
	struct ovsdb_txn *t = ovsdb_txn_new(client);
	size_t i;

	if (!ops || !t)
		die("transact: no array of operations");
	if (row)
		ovsdb_txn_verify(t, row, column);
	json_array_foreach(ops, i, op) ovsdb_txn_op(t, json_incref(op));
	json_decref(ops);
	ovsdb_txn_submit(t, txn_done, NULL);
}

static void verify(char *text)
{
	char *uuid_text = strtok(text, " "), *column = strtok(NULL, " ");
	char *ops = strtok(NULL, "");
	const struct ovsdb_row *row;
	uint8_t uuid[16];

	if (!ops || ovsdb_uuid_parse(uuid_text, uuid))
		die("verify: UUID, COLUMN and operations are needed");
	row = ovsdb_find(ovsdb_table(ovsdb_client_db(client), filter[0].table),
			 uuid);
	if (!row)
		die("verify: no such row");
	transact(ops, row, column);
}

static void command(char *line)
{
	char *rest = strchr(line, ' ');
	struct error e;

	if (rest)
		*rest++ = '\0';
	else
		rest = line + strlen(line);
	if (!strcmp(line, "condition"))
		ovsdb_client_set_condition(client, filter[0].table,
					   strcmp(rest, "null") ?
						   json_loads(rest, 0, NULL) :
						   NULL);
	else if (!strcmp(line, "transact"))
		transact(rest, NULL, NULL);
	else if (!strcmp(line, "verify"))
		verify(rest);
	else if (!strcmp(line, "remotes")) {
		if (ovsdb_client_set_remotes(client, rest, NULL, &e))
			printf("remotes %s\n", e.text);
	} else if (!strcmp(line, "rows"))
		print_rows();
	else if (!strcmp(line, "quit"))
		is_done = true;
	else
		die("no such command");
}

static void commands_run(void)
{
	static char buffer[65536];
	static size_t n;
	struct pollfd in = {.fd = input, .events = POLLIN};
	char *end;
	ssize_t got;

	if (poll(&in, 1, 0) <= 0)
		return;
	got = read(input, buffer + n, sizeof(buffer) - 1 - n);
	if (got <= 0) {
		is_done = true;
		return;
	}
	n += got;
	buffer[n] = '\0';
	while ((end = strchr(buffer, '\n'))) {
		*end = '\0';
		command(buffer);
		n -= end + 1 - buffer;
		memmove(buffer, end + 1, n + 1);
	}
}

static void column_parse(struct ovsdb_column *column, char *text)
{
	static const char types[] = "sibum";
	char *type = strchr(text, '=');

	if (!type || !type[1] || !strchr(types, type[1]))
		die("COLUMN=TYPE is needed");
	*type = '\0';
	column->name = text;
	column->type = strchr(types, type[1]) - types;
}

int main(int argc, char **argv)
{
	struct ovsdb_client_config config = {.probe_ms = -1};
	struct error e;
	int c, i;

	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((c = getopt(argc, argv, "c:lk:p:")) != -1) {
		if (c == 'c')
			input = open(optarg, O_RDWR | O_CLOEXEC);
		else if (c == 'l')
			config.leader_only = true;
		else if (c == 'k')
			config.lock = optarg;
		else if (c == 'p')
			config.probe_ms = atoi(optarg);
		else
			return 2;
	}
	argc -= optind;
	argv += optind;
	if (argc < 4 || argc - 3 > MAX_COLUMNS)
		die("REMOTES DATABASE TABLE COLUMN=TYPE... are needed");
	config.database = argv[1];
	config.filter = filter;
	filter[0] = (struct ovsdb_filter){argv[2], columns, true};
	for (i = 3; i < argc; i++)
		column_parse(&columns[i - 3], argv[i]);
	client = ovsdb_client_new(&config);
	if (!client)
		die("out of memory");
	if (ovsdb_client_set_remotes(client, argv[0], NULL, &e))
		die(e.text);
	while (!is_done) {
		struct waits w;

		ovsdb_client_run(client);
		print_changes();
		print_state();
		commands_run();
		waits_init(&w);
		waits_fd(&w, input, POLLIN);
		ovsdb_client_wait(client, &w);
		if (is_done || waits_block(&w) == 0)
			continue;
		break;
	}
	ovsdb_client_free(client);
	return 0;
}
