// SPDX-License-Identifier: GPL-2.0-only
#include "fake_ovsdb.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

static const struct ovsdb_column thing_columns[] = {
	{"name", OVSDB_STRING},
	{"n", OVSDB_INTEGER},
	{"tag", OVSDB_INTEGER},
	{"words", OVSDB_STRING},
	{"options", OVSDB_MAP},
	{"late", OVSDB_STRING},
	{0},
};

static const struct ovsdb_column extra_columns[] = {
	{"name", OVSDB_STRING},
	{0},
};

const struct ovsdb_filter fake_filter[] = {
	{"Thing", thing_columns, true},
	{"Extra", extra_columns, false},
	{0},
};

#define THING                                                                  \
	"'name':{'type':'string'},'n':{'type':'integer'},"                     \
	"'tag':{'type':{'key':'integer','min':0,'max':1}},"                    \
	"'words':{'type':{'key':'string','min':0,'max':'unlimited'}},"         \
	"'options':{'type':{'key':'string','value':'string','min':0,"          \
	"'max':'unlimited'}}"

const char fake_schema[] = "{'name':'Test','tables':{'Thing':{'columns':{" THING
			   "}},'Extra':{'columns':{'name':{'type':'string'}}}"
			   "}}";
const char fake_schema_late[] =
	"{'name':'Test','tables':{'Thing':{'columns':{" THING
	",'late':{'type':'string'}}}}}";
const char fake_schema_bare[] = "{'name':'Test','tables':{}}";

static const char server_schema[] =
	"{'name':'_Server','tables':{'Database':{'columns':{"
	"'name':{'type':'string'},'model':{'type':'string'},"
	"'connected':{'type':'boolean'},'leader':{'type':'boolean'},"
	"'schema':{'type':{'key':'string','min':0}},"
	"'cid':{'type':{'key':'uuid','min':0}},"
	"'index':{'type':{'key':'integer','min':0}}}}}}";

static const char standalone_row[] = "{'name':'Test','model':'standalone',"
				     "'connected':true,'leader':true,"
				     "'schema':'1'}";

void fake_open(struct fake *f, struct ovsdb_client *client)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};

	memset(f, 0, sizeof(*f));
	f->client = client;
	f->fd = -1;
	strcpy(f->dir, "/tmp/xovn-fake-XXXXXX");
	assert_non_null(mkdtemp(f->dir));
	snprintf(address.sun_path, sizeof(address.sun_path), "%s/s", f->dir);
	snprintf(f->remote, sizeof(f->remote), "unix:%s/s", f->dir);
	f->listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_return_code(bind(f->listener, (struct sockaddr *)&address,
				sizeof(address)),
			   errno);
	assert_return_code(listen(f->listener, 5), errno);
}

void fake_drop(struct fake *f)
{
	if (f->fd >= 0)
		close(f->fd);
	f->fd = -1;
	f->n = 0;
}

void fake_settle(struct fake *f)
{
	int i;

	for (i = 0; i < 10; i++) {
		ovsdb_client_run(f->client);
		poll(NULL, 0, 2);
	}
}

void fake_again(struct fake *f)
{
	struct error e;

	fake_drop(f);
	fake_settle(f);
	assert_int_equal(ovsdb_client_set_remotes(f->client, NULL, NULL, &e),
			 0);
	assert_int_equal(
		ovsdb_client_set_remotes(f->client, f->remote, NULL, &e), 0);
}

void fake_close(struct fake *f)
{
	fake_drop(f);
	close(f->listener);
	unlink(f->remote + strlen("unix:"));
	rmdir(f->dir);
}

void fake_step(struct fake *f)
{
	struct pollfd fd = {.fd = f->fd >= 0 ? f->fd : f->listener,
			    .events = POLLIN};

	ovsdb_client_run(f->client);
	poll(&fd, 1, 5);
}

int fake_setup(void **state, bool leader_only, const char *lock, int probe_ms)
{
	const struct ovsdb_client_config config = {
		.database = "Test",
		.filter = fake_filter,
		.leader_only = leader_only,
		.lock = lock,
		.probe_ms = probe_ms,
	};
	struct fake *f = calloc(1, sizeof(*f));
	struct error e;

	fake_open(f, ovsdb_client_new(&config));
	assert_int_equal(
		ovsdb_client_set_remotes(f->client, f->remote, NULL, &e), 0);
	*state = f;
	return 0;
}

int fake_teardown(void **state)
{
	struct fake *f = *state;

	ovsdb_client_free(f->client);
	fake_close(f);
	free(f);
	return 0;
}

void fake_status(struct fake *f, const char *text)
{
	fake_until(f, strstr(ovsdb_client_status(f->client), text));
	assert_int_equal(strncmp(ovsdb_client_status(f->client), f->remote,
				 strlen(f->remote)),
			 0);
}

static bool has_connection(const struct fake *f)
{
	struct pollfd fd = {.fd = f->listener, .events = POLLIN};

	return poll(&fd, 1, 0) == 1;
}

void fake_accept(struct fake *f)
{
	fake_drop(f);
	fake_until(f, has_connection(f));
	f->fd = accept4(f->listener, NULL, NULL, SOCK_CLOEXEC);
	assert_true(f->fd >= 0);
}

static json_t *message_cut(struct fake *f)
{
	json_error_t e;
	json_t *message;

	message = json_loadb(f->buffer, f->n, JSON_DISABLE_EOF_CHECK, &e);
	if (!message)
		return NULL;
	f->n -= e.position;
	memmove(f->buffer, f->buffer + e.position, f->n);
	return message;
}

static json_t *message_try(struct fake *f)
{
	ssize_t n = recv(f->fd, f->buffer + f->n, sizeof(f->buffer) - f->n,
			 MSG_DONTWAIT);

	if (n > 0)
		f->n += n;
	return message_cut(f);
}

json_t *fake_receive(struct fake *f)
{
	json_t *message;

	fake_until(f, (message = message_try(f)));
	return message;
}

json_t *fake_expect(struct fake *f, const char *method)
{
	json_t *message = fake_receive(f);
	json_t *name = json_object_get(message, "method");

	if (!json_is_string(name) || strcmp(json_string_value(name), method))
		fail_msg("wanted %s, got %s", method, fake_text(message));
	return message;
}

/* Texts are short, or one buffer of the socket would not take them. */
static void text_send(struct fake *f, char *text)
{
	char *p;

	for (p = text; *p; p++)
		if (*p == '\'')
			*p = '"';
	assert_int_equal(send(f->fd, text, strlen(text), MSG_NOSIGNAL),
			 strlen(text));
	free(text);
}

void fake_send(struct fake *f, const char *format, ...)
{
	va_list args;
	char *text;

	va_start(args, format);
	assert_true(vasprintf(&text, format, args) >= 0);
	va_end(args);
	text_send(f, text);
}

static char *id_text(json_t *request)
{
	char *id = json_dumps(json_object_get(request, "id"), JSON_ENCODE_ANY);

	json_decref(request);
	assert_non_null(id);
	return id;
}

void fake_reply(struct fake *f, json_t *request, const char *format, ...)
{
	char *id = id_text(request), *value;
	va_list args;

	va_start(args, format);
	assert_true(vasprintf(&value, format, args) >= 0);
	va_end(args);
	fake_send(f, "{'id':%s,'error':null,'result':%s}", id, value);
	free(id);
	free(value);
}

void fake_refuse(struct fake *f, json_t *request, const char *format, ...)
{
	char *id = id_text(request), *value;
	va_list args;

	va_start(args, format);
	assert_true(vasprintf(&value, format, args) >= 0);
	va_end(args);
	fake_send(f, "{'id':%s,'result':null,'error':%s}", id, value);
	free(id);
	free(value);
}

void fake_server(struct fake *f, const char *row)
{
	fake_reply(f, fake_expect(f, "set_db_change_aware"), "{}");
	fake_reply(f, fake_expect(f, "get_schema"), "%s", server_schema);
	fake_reply(f, fake_expect(f, "monitor_cond"),
		   "{'Database':{'" FAKE_ROW("0") "':{'initial':%s}}}",
		   row ? row : standalone_row);
}

json_t *fake_start(struct fake *f, const char *schema, const char *row)
{
	fake_accept(f);
	fake_server(f, row);
	fake_reply(f, fake_expect(f, "get_schema"), "%s", schema);
	return fake_expect(f, "monitor_cond_since");
}

void fake_up(struct fake *f, const char *contents)
{
	fake_reply(f, fake_start(f, fake_schema, NULL), "[false,'%s',%s]",
		   FAKE_ROW("f"), contents);
	fake_until(f, ovsdb_client_is_connected(f->client));
}

const char *fake_text(const json_t *json)
{
	static char text[8192];
	char *dump = json_dumps(json, JSON_COMPACT | JSON_SORT_KEYS |
					      JSON_ENCODE_ANY);
	char *p;

	snprintf(text, sizeof(text), "%s", dump ? dump : "nothing");
	free(dump);
	for (p = text; *p; p++)
		if (*p == '"')
			*p = '\'';
	return text;
}
