// SPDX-License-Identifier: GPL-2.0-only
/* The placement file: a line per chassis, "name[,hostname] encap-ip [LSP...]". */
#include "nb/placement.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BLANKS " \t\r\n"

struct reader {
	const char *path;
	unsigned int line;
	struct placement *p;
	struct error *e;
};

/* Room for one element more in an array that doubles at powers of two. */
static void *grow(void *array, size_t n, size_t size)
{
	if (n & (n - 1) || n == 1)
		return array ? array : calloc(2, size);
	return realloc(array, (n ? 2 * n : 2) * size);
}

static int out_of_memory(struct reader *r)
{
	return error_set(r->e, ENOMEM, "%s: out of memory", r->path);
}

const struct placement_chassis *
placement_find_chassis(const struct placement *p, const char *name)
{
	if (!name || !*name)
		return NULL;
	for (size_t i = 0; i < p->n_chassis; i++)
		if (!strcmp(p->chassis[i].name, name))
			return &p->chassis[i];
	for (size_t i = 0; i < p->n_chassis; i++)
		if (!strcmp(p->chassis[i].hostname, name))
			return &p->chassis[i];
	return NULL;
}

static int check_name(struct reader *r, const char *what, const char *name)
{
	if (!*name)
		return error_set(r->e, EINVAL,
				 "%s: line %u: empty %s; write "
				 "name[,hostname] encap-ip [ports]",
				 r->path, r->line, what);
	if (placement_find_chassis(r->p, name))
		return error_set(r->e, EINVAL,
				 "%s: line %u: chassis %s is listed twice; "
				 "keep one of the lines",
				 r->path, r->line, name);
	return 0;
}

static int read_address(struct reader *r, const char *name, const char *word,
			uint8_t ip[4])
{
	if (!word)
		return error_set(r->e, EINVAL,
				 "%s: line %u: chassis %s has no encap IP; "
				 "write name[,hostname] encap-ip [ports]",
				 r->path, r->line, name);
	if (inet_pton(AF_INET, word, ip) != 1 || !ip[0] || ip[0] == 127 ||
	    ip[0] >= 224)
		return error_set(r->e, EINVAL,
				 "%s: line %u: '%s' is no encap IP for chassis "
				 "%s; write the host's unicast IPv4 address on "
				 "the underlay",
				 r->path, r->line, word, name);
	for (size_t i = 0; i < r->p->n_chassis; i++)
		if (!memcmp(r->p->chassis[i].encap_ip, ip, 4))
			return error_set(r->e, EINVAL,
					 "%s: line %u: encap IP %s belongs to "
					 "chassis %s already; every chassis "
					 "needs its own",
					 r->path, r->line, word,
					 r->p->chassis[i].name);
	return 0;
}

static int read_port(struct reader *r, const char *lsp)
{
	struct placement *p = r->p;
	struct placement_port *ports;

	ports = grow(p->ports, p->n_ports, sizeof(*ports));
	if (!ports)
		return out_of_memory(r);
	p->ports = ports;
	ports[p->n_ports] = (struct placement_port){
		.lsp = strdup(lsp),
		.chassis = p->n_chassis - 1,
		.line = r->line,
	};
	return ports[p->n_ports++].lsp ? 0 : out_of_memory(r);
}

static int read_line(struct reader *r, char *line)
{
	struct placement *p = r->p;
	struct placement_chassis *c;
	char *name, *hostname, *word, *rest;
	uint8_t ip[4];
	int ret;

	line[strcspn(line, "#")] = '\0';
	name = strtok_r(line, BLANKS, &rest);
	if (!name)
		return 0;
	hostname = strchr(name, ',');
	if (hostname)
		*hostname++ = '\0';
	ret = check_name(r, "chassis name", name);
	if (!ret && hostname && strcmp(name, hostname))
		ret = check_name(r, "hostname", hostname);
	if (!ret)
		ret = read_address(r, name, strtok_r(NULL, BLANKS, &rest), ip);
	if (ret)
		return ret;
	c = grow(p->chassis, p->n_chassis, sizeof(*c));
	if (!c)
		return out_of_memory(r);
	p->chassis = c;
	c += p->n_chassis++;
	c->name = strdup(name);
	c->hostname = strdup(hostname ? hostname : "");
	memcpy(c->encap_ip, ip, 4);
	if (!c->name || !c->hostname)
		return out_of_memory(r);
	while (!ret && (word = strtok_r(NULL, BLANKS, &rest)))
		ret = read_port(r, word);
	return ret;
}

static int by_lsp(const void *a, const void *b)
{
	const struct placement_port *x = *(struct placement_port *const *)a;
	const struct placement_port *y = *(struct placement_port *const *)b;
	int order = strcmp(x->lsp, y->lsp);

	return order ? order : x->line < y->line ? -1 : 1;
}

/* In sorted order, so that 100,000 ports take no time. */
static int check_ports(struct reader *r)
{
	const struct placement *p = r->p;
	struct placement_port **sorted;
	int ret = 0;

	sorted = calloc(p->n_ports + 1, sizeof(*sorted));
	if (!sorted)
		return out_of_memory(r);
	for (size_t i = 0; i < p->n_ports; i++)
		sorted[i] = &p->ports[i];
	qsort(sorted, p->n_ports, sizeof(*sorted), by_lsp);
	for (size_t i = 1; i < p->n_ports && !ret; i++)
		if (!strcmp(sorted[i - 1]->lsp, sorted[i]->lsp))
			ret = error_set(r->e, EINVAL,
					"%s: line %u: port %s is placed on "
					"chassis %s by line %u already; keep "
					"it on one",
					r->path, sorted[i]->line,
					sorted[i]->lsp,
					p->chassis[sorted[i - 1]->chassis].name,
					sorted[i - 1]->line);
	free(sorted);
	return ret;
}

int placement_read_file(const char *path, struct placement *p, struct error *e)
{
	struct reader r = {.path = path, .p = p, .e = e};
	FILE *file = fopen(path, "re");
	char *line = NULL;
	size_t size = 0;
	int ret = 0;

	memset(p, 0, sizeof(*p));
	if (!file)
		return error_set(e, errno,
				 "placement file %s: %s; name one by "
				 "--placement",
				 path, strerror(errno));
	while (!ret && getline(&line, &size, file) >= 0) {
		r.line++;
		ret = read_line(&r, line);
	}
	if (!ret && ferror(file))
		ret = error_set(e, EIO, "placement file %s cannot be read",
				path);
	if (!ret)
		ret = check_ports(&r);
	free(line);
	fclose(file);
	if (ret)
		placement_free(p);
	return ret;
}

void placement_free(struct placement *p)
{
	for (size_t i = 0; i < p->n_chassis; i++) {
		free(p->chassis[i].name);
		free(p->chassis[i].hostname);
	}
	for (size_t i = 0; i < p->n_ports; i++)
		free(p->ports[i].lsp);
	for (size_t i = 0; i < p->n_keys; i++)
		free(p->keys[i].name);
	free(p->chassis);
	free(p->ports);
	free(p->keys);
	memset(p, 0, sizeof(*p));
}
