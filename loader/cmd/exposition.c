// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/exposition.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "utf8.h"

void exposition_family(FILE *f, const char *name, const char *type,
		       const char *help)
{
	fprintf(f, "# HELP %s %s\n# TYPE %s %s\n", name, help, name, type);
}

static void write_value(FILE *f, const char *value)
{
	for (const char *text = value; *text;) {
		size_t len = utf8_len(text);

		if (!len)
			fputc('?', f);
		else if (*text == '\n')
			fputs("\\n", f);
		else if (*text == '\\' || *text == '"')
			fprintf(f, "\\%c", *text);
		else
			fwrite(text, 1, len, f);
		text += len ? len : 1;
	}
}

void exposition_sample(FILE *f, const char *family, uint64_t value,
		       const char *const *labels)
{
	const char *before = "{";

	fputs(family, f);
	for (; labels && labels[0]; labels += 2) {
		fprintf(f, "%s%s=\"", before, labels[0]);
		write_value(f, labels[1]);
		fputc('"', f);
		before = ",";
	}
	fprintf(f, "%s %" PRIu64 "\n", *before == ',' ? "}" : "", value);
}

static int write_failed(const char *path, int err, struct error *e)
{
	return error_set(e, err,
			 "--textfile %s: cannot write: %s; a file in a "
			 "directory that can be written to is wanted",
			 path, strerror(err));
}

/* The temporary file is hidden and does not end in .prom: the collector does
 * not read it. */
static int temporary_path(const char *path, char temporary[PATH_MAX])
{
	const char *name = strrchr(path, '/');
	int n;

	name = name ? name + 1 : path;
	n = snprintf(temporary, PATH_MAX, "%.*s.%s.XXXXXX", (int)(name - path),
		     path, name);
	return !*name ? -EISDIR : n >= PATH_MAX ? -ENAMETOOLONG : 0;
}

int exposition_file(const char *path, void (*write)(FILE *f, void *arg),
		    void *arg, struct error *e)
{
	char temporary[PATH_MAX];
	int err = temporary_path(path, temporary), fd;
	FILE *f;

	if (err)
		return write_failed(path, -err, e);
	fd = mkostemp(temporary, O_CLOEXEC);
	if (fd < 0)
		return write_failed(path, errno, e);
	f = fdopen(fd, "w");
	if (!f) {
		err = -errno;
		close(fd);
		goto out;
	}
	write(f, arg);
	if (fflush(f) || fchmod(fd, 0644))
		err = -errno;
	if (!err && ferror(f))
		err = -EIO;
	if (fclose(f) && !err)
		err = -errno;
	if (!err && rename(temporary, path))
		err = -errno;
out:
	if (err) {
		unlink(temporary);
		return write_failed(path, -err, e);
	}
	return 0;
}
