// SPDX-License-Identifier: GPL-2.0-only
#include "placement.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"

#define PLACEMENT_SPACE " \t\r\n"

struct placement_reader {
	const char *path;
	unsigned int line;
	struct placement *p;
	/* Which line a chassis stands on, by its index. */
	unsigned int *lines;
};

static int no_memory(const struct placement_reader *r, struct error *e)
{
	return error_set(e, ENOMEM, "%s: out of memory", r->path);
}

static int chassis_twice(const struct placement_reader *r, const char *what,
			 const char *value, size_t first, struct error *e)
{
	return error_set(e, EINVAL,
			 "%s: line %u: %s %.200s stands on line %u already; "
			 "keep one of them",
			 r->path, r->line, what, value, r->lines[first]);
}

/* --chassis takes a name or a hostname, so both share one space. */
static int chassis_check(const struct placement_reader *r,
			 const struct placement_chassis *new, struct error *e)
{
	const struct placement_chassis *other = r->p->chassis;
	char ip[INET_ADDRSTRLEN];
	size_t i;

	for (i = 0; i < r->p->n_chassis; i++, other++) {
		if (!strcmp(other->name, new->name) ||
		    !strcmp(other->hostname, new->name))
			return chassis_twice(r, "chassis", new->name, i, e);
		if (*new->hostname && (!strcmp(other->name, new->hostname) ||
				       !strcmp(other->hostname, new->hostname)))
			return chassis_twice(r, "hostname", new->hostname, i,
					     e);
		if (!memcmp(other->encap_ip, new->encap_ip, 4)) {
			inet_ntop(AF_INET, new->encap_ip, ip, sizeof(ip));
			return chassis_twice(r, "encap IP", ip, i, e);
		}
	}
	return 0;
}

static int chassis_append(struct placement_reader *r,
			  const struct placement_chassis *new, struct error *e)
{
	struct placement *p = r->p;
	size_t n = p->n_chassis + 1;
	struct placement_chassis *chassis;
	unsigned int *lines;

	chassis = realloc(p->chassis, n * sizeof(*chassis));
	if (!chassis)
		return no_memory(r, e);
	p->chassis = chassis;
	lines = realloc(r->lines, n * sizeof(*lines));
	if (!lines)
		return no_memory(r, e);
	r->lines = lines;
	lines[n - 1] = r->line;
	chassis[n - 1] = *new;
	p->n_chassis = n;
	return 0;
}

static int chassis_read(struct placement_reader *r, char *names, const char *ip,
			struct error *e)
{
	struct placement_chassis new = {.name = NULL};
	char *hostname = strchr(names, ',');
	int err;

	if (hostname)
		*hostname++ = '\0';
	if (!*names || (hostname && (!*hostname || strchr(hostname, ','))))
		return error_set(e, EINVAL,
				 "%s: line %u: \"NAME encap-ip lsp...\" or "
				 "\"NAME,HOSTNAME encap-ip lsp...\" was "
				 "expected",
				 r->path, r->line);
	if (!ip)
		return error_set(e, EINVAL,
				 "%s: line %u: chassis %.200s has no encap IP; "
				 "write it behind the name",
				 r->path, r->line, names);
	if (inet_pton(AF_INET, ip, new.encap_ip) != 1 || !new.encap_ip[0] ||
	    new.encap_ip[0] >= 224 || new.encap_ip[0] == 127)
		return error_set(e, EINVAL,
				 "%s: line %u: encap IP \"%.100s\" of chassis "
				 "%.200s is no IPv4 address of a host",
				 r->path, r->line, ip, names);
	new.name = strdup(names);
	new.hostname = strdup(hostname ? hostname : "");
	if (!new.name || !new.hostname)
		err = no_memory(r, e);
	else
		err = chassis_check(r, &new, e);
	if (!err)
		err = chassis_append(r, &new, e);
	if (err) {
		free(new.name);
		free(new.hostname);
	}
	return err;
}

static int port_append(struct placement_reader *r, const char *lsp,
		       size_t *capacity, struct error *e)
{
	struct placement *p = r->p;
	struct placement_port *port;

	if (p->n_ports == *capacity) {
		size_t new = *capacity ? 2 * *capacity : 16;

		port = realloc(p->ports, new * sizeof(*port));
		if (!port)
			return no_memory(r, e);
		p->ports = port;
		*capacity = new;
	}
	port = &p->ports[p->n_ports];
	port->lsp = strdup(lsp);
	if (!port->lsp)
		return no_memory(r, e);
	port->chassis = p->n_chassis - 1;
	port->line = r->line;
	p->n_ports++;
	return 0;
}

static int line_read(struct placement_reader *r, char *line, size_t *capacity,
		     struct error *e)
{
	char *rest, *names, *ip, *lsp;
	int err;

	for (names = line; (names = strchr(names, '#')); names++) {
		/* A comment starts a word, so that a name may hold '#'. */
		if (names == line || strchr(PLACEMENT_SPACE, names[-1])) {
			*names = '\0';
			break;
		}
	}
	names = strtok_r(line, PLACEMENT_SPACE, &rest);
	if (!names)
		return 0;
	/* JSON has no way to write it, so that show would leave it out. */
	if (!utf8_is_valid(names))
		return error_set(e, EINVAL,
				 "%s: line %u: chassis %.200s is not in UTF-8; "
				 "convert the file (iconv)",
				 r->path, r->line, names);
	ip = strtok_r(NULL, PLACEMENT_SPACE, &rest);
	err = chassis_read(r, names, ip, e);
	while (!err && (lsp = strtok_r(NULL, PLACEMENT_SPACE, &rest)))
		err = port_append(r, lsp, capacity, e);
	return err;
}

static int port_sort(const void *a, const void *b)
{
	const struct placement_port *x = *(struct placement_port *const *)a;
	const struct placement_port *y = *(struct placement_port *const *)b;
	int order = strcmp(x->lsp, y->lsp);

	return order ? order : (x->line > y->line) - (x->line < y->line);
}

static int ports_check(const struct placement_reader *r, struct error *e)
{
	const struct placement *p = r->p;
	const struct placement_port **sorted;
	size_t i;
	int err = 0;

	if (!p->n_ports)
		return 0;
	sorted = calloc(p->n_ports, sizeof(*sorted));
	if (!sorted)
		return no_memory(r, e);
	for (i = 0; i < p->n_ports; i++)
		sorted[i] = &p->ports[i];
	qsort(sorted, p->n_ports, sizeof(*sorted), port_sort);
	for (i = 1; i < p->n_ports && !err; i++)
		if (!strcmp(sorted[i - 1]->lsp, sorted[i]->lsp))
			err = error_set(
				e, EINVAL,
				"%s: line %u: port %.200s is placed on "
				"line %u already (chassis %.200s); "
				"keep one of them",
				r->path, sorted[i]->line, sorted[i]->lsp,
				sorted[i - 1]->line,
				p->chassis[sorted[i - 1]->chassis].name);
	free(sorted);
	return err;
}

int placement_read_file(const char *path, struct placement *p, struct error *e)
{
	struct placement_reader r = {.path = path, .p = p};
	size_t capacity = 0, size = 0;
	char *line = NULL;
	FILE *file;
	int err = 0;

	memset(p, 0, sizeof(*p));
	file = fopen(path, "re");
	if (!file)
		return error_set(e, errno, "%s: cannot be opened: %s", path,
				 strerror(errno));
	errno = 0;
	while (!err && getline(&line, &size, file) >= 0) {
		r.line++;
		err = line_read(&r, line, &capacity, e);
	}
	if (!err && ferror(file))
		err = error_set(e, errno ? errno : EIO,
				"%s: cannot be read: %s", path,
				strerror(errno ? errno : EIO));
	if (!err && !p->n_chassis)
		err = error_set(e, EINVAL,
				"%s: it names no chassis; a line \"NAME,"
				"HOSTNAME encap-ip lsp...\" for each is needed",
				path);
	if (!err)
		err = ports_check(&r, e);
	free(line);
	free(r.lines);
	fclose(file);
	if (err)
		placement_free(p);
	return err;
}

const struct placement_chassis *
placement_find_chassis(const struct placement *p, const char *name)
{
	size_t i;

	for (i = 0; i < p->n_chassis; i++)
		if (!strcmp(p->chassis[i].name, name))
			return &p->chassis[i];
	for (i = 0; *name && i < p->n_chassis; i++)
		if (!strcmp(p->chassis[i].hostname, name))
			return &p->chassis[i];
	return NULL;
}

void placement_free(struct placement *p)
{
	size_t i;

	for (i = 0; i < p->n_chassis; i++) {
		free(p->chassis[i].name);
		free(p->chassis[i].hostname);
	}
	for (i = 0; i < p->n_ports; i++)
		free(p->ports[i].lsp);
	for (i = 0; i < p->n_keys; i++)
		free(p->keys[i].name);
	for (i = 0; i < p->n_doubles; i++)
		free(p->doubles[i].name);
	for (i = 0; i < p->n_neighbors; i++)
		free(p->neighbors[i].lrp);
	free(p->chassis);
	free(p->ports);
	free(p->keys);
	free(p->doubles);
	free(p->neighbors);
	free(p->fdb);
	free(p->skipped);
	memset(p, 0, sizeof(*p));
}
