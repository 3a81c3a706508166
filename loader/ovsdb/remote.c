// SPDX-License-Identifier: GPL-2.0-only
#include "remote.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/un.h>

#include "jsonrpc.h"

#define REMOTE_PORT "6640" /* IANA's for OVSDB (RFC 7047, 7) */
#define REMOTE_FORMS "unix:PATH, tcp:HOST:PORT or ssl:HOST:PORT"
#define REMOTE_BETWEEN ", \t\r\n"

static int remote_wrong(const char *text, const char *problem, struct error *e)
{
	return error_set(e, EINVAL, "%s: %s; a server is " REMOTE_FORMS, text,
			 problem);
}

static int out_of_memory(struct error *e)
{
	return error_set(e, ENOMEM, "out of memory");
}

static int unix_parse(const char *text, const char *path, struct remote *r,
		      struct error *e)
{
	struct sockaddr_un address;

	if (!*path)
		return remote_wrong(text, "the path is missing", e);
	if (strlen(path) >= sizeof(address.sun_path))
		return error_set(e, EINVAL,
				 "%s: the path of a socket has at most %zu "
				 "bytes; make a symbolic link to it",
				 text, sizeof(address.sun_path) - 1);
	r->host = strdup(path);
	return r->host ? 0 : out_of_memory(e);
}

static int port_parse(const char *text, const char *port, struct remote *r,
		      struct error *e)
{
	size_t n = strlen(port);
	long value = strtol(port, NULL, 10);

	if (!n || n > 5 || strspn(port, "0123456789") != n || !value ||
	    value > 65535)
		return remote_wrong(text,
				    "the port is no number from 1 to "
				    "65535",
				    e);
	memcpy(r->port, port, n + 1);
	return 0;
}

/* HOST, HOST:PORT, [IPV6], [IPV6]:PORT */
static int inet_parse(const char *text, const char *host, struct remote *r,
		      struct error *e)
{
	const char *port;
	size_t n;

	if (*host == '[') {
		host++;
		n = strcspn(host, "]");
		port = host[n] ? host + n + 1 : NULL;
		if (!port || (*port && *port != ':'))
			return remote_wrong(text,
					    "what stands in brackets "
					    "has no end",
					    e);
	} else {
		n = strcspn(host, ":");
		port = host + n;
		if (*port && strchr(port + 1, ':'))
			return remote_wrong(text,
					    "an IPv6 address stands in "
					    "brackets",
					    e);
	}
	if (!n)
		return remote_wrong(text, "the host is missing", e);
	r->host = strndup(host, n);
	if (!r->host)
		return out_of_memory(e);
	return port_parse(text, *port ? port + 1 : REMOTE_PORT, r, e);
}

int remote_parse(const char *text, struct remote *r, struct error *e)
{
	const char *rest = strchr(text, ':');
	size_t n;
	int err;

	memset(r, 0, sizeof(*r));
	if (!rest)
		return remote_wrong(text, "it names no server", e);
	n = rest++ - text;
	if (n == 4 && !memcmp(text, "unix", n)) {
		r->kind = REMOTE_UNIX;
		err = unix_parse(text, rest, r, e);
	} else if (n == 3 && !memcmp(text, "tcp", n)) {
		r->kind = REMOTE_TCP;
		err = inet_parse(text, rest, r, e);
	} else if (n == 3 && !memcmp(text, "ssl", n)) {
		r->kind = REMOTE_SSL;
		err = inet_parse(text, rest, r, e);
	} else if (*text == 'p') {
		err = remote_wrong(text, "xovn connects, it does not listen",
				   e);
	} else {
		err = remote_wrong(text, "it names no server", e);
	}
	if (err)
		remote_free(r);
	return err;
}

void remote_free(struct remote *r)
{
	free(r->host);
	r->host = NULL;
}

int remotes_parse(const char *text, char ***list, struct error *e)
{
	size_t n = 0, len, room = strlen(text) / 2 + 2;
	char **all = calloc(room, sizeof(*all));
	struct remote r;
	int err = 0;

	if (!all)
		return out_of_memory(e);
	for (text += strspn(text, REMOTE_BETWEEN); *text && !err;
	     text += len + strspn(text + len, REMOTE_BETWEEN)) {
		len = strcspn(text, REMOTE_BETWEEN);
		all[n] = strndup(text, len);
		if (!all[n]) {
			err = out_of_memory(e);
			break;
		}
		err = remote_parse(all[n++], &r, e);
		if (!err)
			remote_free(&r);
	}
	if (err) {
		remotes_free(all);
		return err;
	}
	*list = all;
	return 0;
}

void remotes_free(char **list)
{
	size_t i;

	if (!list)
		return;
	for (i = 0; list[i]; i++)
		free(list[i]);
	free(list);
}
