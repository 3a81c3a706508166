// SPDX-License-Identifier: GPL-2.0-only
#include "log.h"

#include <ctype.h>
#include <errno.h>
#include <openssl/evp.h>
#include <stdlib.h>
#include <string.h>

#include "hex.h"

#define LOG_REMEDY "take a fresh ovsdb-client backup"
#define LOG_SHA1 20 /* bytes */
/* ovsdb-server's own limit is 128. */
#define LOG_HEADER 128
#define LOG_FIRST 65536

struct log_header {
	const char *magic;
	unsigned long long length;
	uint8_t sha1[LOG_SHA1];
};

int log_error(const struct log_file *log, int err, struct error *e)
{
	struct error cause = *e;

	error_set(e, -err, "%s: record %zu (byte %llu): %s%s", log->path,
		  log->n, log->offset, cause.text,
		  err == -EINVAL && !strstr(cause.text, "; ") ?
			  "; " LOG_REMEDY :
			  "");
	return err;
}

static int sha1_parse(const char *text, uint8_t sha1[LOG_SHA1])
{
	size_t i;

	for (i = 0; i < LOG_SHA1; i++) {
		int byte = hex_byte(text + 2 * i);

		if (byte < 0)
			return -EINVAL;
		sha1[i] = byte;
	}
	return 0;
}

/* "OVSDB MAGIC LENGTH SHA1\n" and nothing else. */
static int header_parse(const char *line, struct log_header *h)
{
	static const char *const magics[] = {"JSON", "CLUSTER"};
	const char *p = line;
	char *end;
	size_t i, n;

	if (strncmp(p, "OVSDB ", 6))
		return -EINVAL;
	p += 6;
	h->magic = NULL;
	for (i = 0; i < sizeof(magics) / sizeof(magics[0]); i++) {
		n = strlen(magics[i]);
		if (!strncmp(p, magics[i], n) && p[n] == ' ') {
			h->magic = magics[i];
			p += n + 1;
			break;
		}
	}
	if (!h->magic || !isdigit((unsigned char)*p))
		return -EINVAL;
	errno = 0;
	h->length = strtoull(p, &end, 10);
	/* A record in memory: a length beyond 2^40 is a lie. */
	if (errno || h->length > 1ull << 40 || *end != ' ')
		return -EINVAL;
	p = end + 1;
	if (strlen(p) != 2 * LOG_SHA1 + 1 || p[2 * LOG_SHA1] != '\n')
		return -EINVAL;
	return sha1_parse(p, h->sha1);
}

static int truncated(const struct log_file *log, struct error *e)
{
	if (ferror(log->file))
		return error_set(e, EIO, "cannot be read: %s", strerror(EIO));
	return error_set(
		e, EINVAL,
		"the file ends in the middle of the record; the file "
		"is truncated or was still being written; " LOG_REMEDY);
}

/* The buffer grows with what is read, never with what a header promises. */
static int body_read(struct log_file *log, const struct log_header *h,
		     struct error *e)
{
	EVP_MD_CTX *md = EVP_MD_CTX_new();
	uint8_t sha1[EVP_MAX_MD_SIZE];
	unsigned long long got = 0;
	int err = 0;

	if (!md || !EVP_DigestInit_ex(md, EVP_sha1(), NULL)) {
		err = error_set(e, ENOMEM, "SHA-1 is not available");
		goto out;
	}
	while (got < h->length) {
		size_t n, want;

		if (got == log->capacity) {
			size_t capacity = got ? 2 * got : LOG_FIRST;
			char *buffer;

			if (capacity > h->length && got)
				capacity = h->length;
			buffer = realloc(log->buffer, capacity);
			if (!buffer) {
				err = error_set(e, ENOMEM, "out of memory");
				goto out;
			}
			log->buffer = buffer;
			log->capacity = capacity;
		}
		want = log->capacity - got;
		if (want > h->length - got)
			want = h->length - got;
		n = fread(log->buffer + got, 1, want, log->file);
		if (!n) {
			err = truncated(log, e);
			goto out;
		}
		EVP_DigestUpdate(md, log->buffer + got, n);
		got += n;
	}
	EVP_DigestFinal_ex(md, sha1, NULL);
	if (memcmp(sha1, h->sha1, LOG_SHA1))
		err = error_set(e, EINVAL,
				"SHA-1 mismatch; the file is truncated or was "
				"edited; " LOG_REMEDY);
	log->next += got;
out:
	EVP_MD_CTX_free(md);
	return err;
}

int log_read(struct log_file *log, struct json_text *text, struct error *e)
{
	char line[LOG_HEADER + 1];
	struct log_header h;
	int err;

	log->offset = log->next;
	if (!fgets(line, sizeof(line), log->file)) {
		if (feof(log->file) && !ferror(log->file))
			return 0;
		log->n++;
		error_set(e, EIO, "cannot be read: %s", strerror(errno));
		return log_error(log, -EIO, e);
	}
	log->n++;
	if (header_parse(line, &h)) {
		if (feof(log->file))
			err = truncated(log, e);
		else
			err = error_set(e, EINVAL,
					"no record header \"OVSDB JSON length "
					"sha1\"; %s; " LOG_REMEDY,
					log->n == 1 ? "this is no OVSDB file" :
						      "the file was edited");
		return log_error(log, err, e);
	}
	if (!log->magic)
		log->magic = h.magic;
	if (strcmp(log->magic, h.magic)) {
		err = error_set(e, EINVAL, "a %s record in a %s file", h.magic,
				log->magic);
		return log_error(log, err, e);
	}
	log->next += strlen(line);
	err = body_read(log, &h, e);
	if (!err) {
		/* an empty first record: there is no buffer yet */
		const char *start = log->buffer ? log->buffer : "";
		struct json_text body = {start, start + h.length};
		const char *problem = json_text_whole(body, text);

		if (problem)
			err = error_set(e, EINVAL, "no JSON: %s", problem);
	}
	return err ? log_error(log, err, e) : 1;
}
