// SPDX-License-Identifier: GPL-2.0-only
#include "ovsdb_file.h"

#include <assert.h>
#include <fcntl.h>
#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "ovsdb/ovsdb.h"

#define BASE_DB XOVN_TEST_DATA "/base/nb.db"

static void must(int condition, const char *what)
{
	if (condition)
		return;
	perror(what);
	abort();
}

void db_create(char path[64])
{
	int fd;

	strcpy(path, "/tmp/xovn-db.XXXXXX");
	fd = mkstemp(path);
	must(fd >= 0, path);
	close(fd);
}

void db_append(const char *path, const void *data, size_t size)
{
	FILE *f = fopen(path, "ae");

	must(f && fwrite(data, 1, size, f) == size && !fclose(f), path);
}

void db_record(const char *path, const char *magic, const char *json)
{
	size_t i, n = strlen(json);
	char *text = malloc(n + 160), *p;
	unsigned char sha1[EVP_MAX_MD_SIZE];
	char *body = malloc(n + 2);

	must(text && body, "malloc");
	memcpy(body, json, n);
	if (!n || json[n - 1] != '\n')
		body[n++] = '\n';
	EVP_Digest(body, n, sha1, NULL, EVP_sha1(), NULL);
	p = text + sprintf(text, "OVSDB %s %zu ", magic, n);
	for (i = 0; i < 20; i++)
		p += sprintf(p, "%02x", sha1[i]);
	*p++ = '\n';
	memcpy(p, body, n);
	db_append(path, text, p + n - text);
	free(text);
	free(body);
}

char *db_slurp(const char *path, size_t *size)
{
	size_t n = 0, got;
	char *data = NULL;
	FILE *f = fopen(path, "re");

	must(f != NULL, path);
	do {
		data = realloc(data, n + 65537);
		must(data != NULL, "realloc");
		got = fread(data + n, 1, 65536, f);
		n += got;
	} while (got);
	data[n] = '\0';
	fclose(f);
	if (size)
		*size = n;
	return data;
}

void db_schema(const char *path)
{
	char *data = db_slurp(BASE_DB, NULL);
	char *body = strchr(data, '\n') + 1;

	*strchr(body, '\n') = '\0';
	db_record(path, "JSON", body);
	free(data);
}

int nb_read(const char *path, struct nb *nb, struct error *e)
{
	struct ovsdb *db;
	int err;

	memset(nb, 0, sizeof(*nb));
	err = ovsdb_read(path, "OVN_Northbound", nb_columns, &db, e);
	if (err)
		return err;
	err = nb_from_ovsdb(db, nb, e);
	ovsdb_free(db);
	return err;
}
