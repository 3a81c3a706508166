// SPDX-License-Identifier: GPL-2.0-only
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "config/parts.h"
#include "utf8.h"

#define LINE_LONGEST 4000 /* bytes; a path has 4095 at most */

int config_refuse(struct config_reader *r, int err, const char *format, ...)
{
	char why[768];
	va_list args;

	va_start(args, format);
	vsnprintf(why, sizeof(why), format, args);
	va_end(args);
	return error_set(r->e, err, "%.200s: line %u: %s", r->path, r->line,
			 why);
}

static char *trim(char *text)
{
	size_t len;

	text += strspn(text, CONFIG_SPACE);
	len = strlen(text);
	while (len && strchr(CONFIG_SPACE, text[len - 1]))
		text[--len] = '\0';
	return text;
}

/* As in a placement, a comment starts a word: a name may hold '#'. */
static void cut_comment(char *line)
{
	for (char *at = line; (at = strchr(at, '#')); at++) {
		if (at == line || strchr(CONFIG_SPACE, at[-1])) {
			*at = '\0';
			return;
		}
	}
}

static int section_read(struct config_reader *r, char *line)
{
	char *end = strchr(line, ']');

	if (!end || end[1])
		return config_refuse(r, EINVAL,
				     "\"%.100s\": [SECTION] is wanted, and "
				     "nothing else on the line",
				     line);
	*end = '\0';
	return config_section_begin(r, trim(line + 1));
}

static int line_read(struct config_reader *r, char *line, size_t len)
{
	char *value;

	if (len > LINE_LONGEST)
		return config_refuse(r, EINVAL,
				     "is longer than %d bytes; shorten it",
				     LINE_LONGEST);
	if (strlen(line) != len)
		return config_refuse(r, EINVAL,
				     "holds a zero byte; is this the right "
				     "file?");
	if (!utf8_is_valid(line))
		return config_refuse(r, EINVAL,
				     "is not in UTF-8; convert the file "
				     "(iconv)");
	cut_comment(line);
	line = trim(line);
	if (!*line)
		return 0;
	if (*line == '[')
		return section_read(r, line);
	value = strchr(line, '=');
	if (!value || value == line)
		return config_refuse(r, EINVAL,
				     "\"%.100s\": \"key = value\" is wanted",
				     line);
	*value = '\0';
	return config_key_set(r, trim(line), trim(value + 1));
}

static int lines_read(struct config_reader *r, FILE *file)
{
	char *line = NULL;
	size_t size = 0;
	ssize_t len;
	int err = 0;

	errno = 0;
	while (!err && (len = getline(&line, &size, file)) >= 0) {
		r->line++;
		err = line_read(r, line, len);
	}
	if (!err && ferror(file))
		err = error_set(r->e, errno ? errno : EIO,
				"%s: cannot be read: %s", r->path,
				strerror(errno ? errno : EIO));
	free(line);
	return err ? err : config_ifaces_end(r);
}

int host_config_read(const char *path, struct host_config *c, struct error *e)
{
	struct config_reader r = {.c = c, .path = path, .e = e};
	FILE *file;
	int err;

	memset(c, 0, sizeof(*c));
	file = fopen(path, "re");
	if (!file)
		return error_set(e, errno, "%s: cannot be opened: %s", path,
				 strerror(errno));
	apply_options_default(&c->host.apply);
	c->path = strdup(path);
	err = c->path ? lines_read(&r, file) :
			error_set(e, ENOMEM, "%s: out of memory", path);
	fclose(file);
	if (err)
		host_config_free(c);
	return err;
}

int host_config_check_snapshot(const struct host_config *c, struct error *e)
{
	const char *missing = !c->snapshot.nb	   ? "nb = FILE" :
			      !c->snapshot.chassis ? "chassis = NAME" :
						     NULL;

	if (!c->snapshot.is_there)
		return error_set(e, EINVAL,
				 "%s: has no section [snapshot], which says "
				 "what to load; xovn.conf(5), or start "
				 "xovn.service for live databases",
				 c->path);
	if (missing)
		return error_set(e, EINVAL, "%s: [snapshot] needs \"%s\"",
				 c->path, missing);
	if (c->snapshot.sb && c->snapshot.placement)
		return error_set(e, EINVAL,
				 "%s: sb and placement both say where ports "
				 "are; keep one of them",
				 c->path);
	return 0;
}

void host_config_free(struct host_config *c)
{
	for (size_t i = 0; i < c->snapshot.n_ifaces; i++)
		free(c->snapshot.ifaces[i].target);
	free(c->snapshot.ifaces);
	free(c->path);
	free(c->host.pin);
	free(c->snapshot.nb);
	free(c->snapshot.sb);
	free(c->snapshot.placement);
	free(c->snapshot.chassis);
	free(c->snapshot.private_key);
	free(c->snapshot.certificate);
	free(c->snapshot.ca_cert);
	free(c->agent.db);
	free(c->agent.nb);
	memset(c, 0, sizeof(*c));
}
