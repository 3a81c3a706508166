// SPDX-License-Identifier: GPL-2.0-only
#include "input.h"

#include <openssl/evp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct {
	int fd;
	char path[32];
} files[FILES];

void require(bool condition)
{
	if (!condition)
		abort();
}

void error_require(const struct error *e)
{
	const char *p;

	require(*e->text);
	for (p = e->text; *p; p++)
		require((unsigned char)*p >= 0x20 && *p != 0x7f);
}

const char *file_start(unsigned int number)
{
	require(number < FILES);
	if (!*files[number].path) {
		files[number].fd = memfd_create("input", MFD_CLOEXEC);
		require(files[number].fd >= 0);
		snprintf(files[number].path, sizeof(files[number].path),
			 "/proc/self/fd/%d", files[number].fd);
	}
	require(!ftruncate(files[number].fd, 0));
	require(!lseek(files[number].fd, 0, SEEK_SET));
	return files[number].path;
}

void file_add(unsigned int number, const void *data, size_t size)
{
	require(write(files[number].fd, data, size) == (ssize_t)size);
}

size_t record_header(char text[128], const char *magic, const void *json,
		     size_t size)
{
	unsigned char sha1[EVP_MAX_MD_SIZE];
	size_t n = snprintf(text, 128, "OVSDB %s %zu ", magic, size);
	unsigned int i, sha1_size;

	require(EVP_Digest(json, size, sha1, &sha1_size, EVP_sha1(), NULL));
	for (i = 0; i < sha1_size; i++)
		n += snprintf(text + n, 128 - n, "%02x", sha1[i]);
	text[n++] = '\n';
	return n;
}

void file_record(unsigned int number, const char *magic, const void *json,
		 size_t size)
{
	char header[128];

	file_add(number, header, record_header(header, magic, json, size));
	file_add(number, json, size);
}
