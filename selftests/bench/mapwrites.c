// SPDX-License-Identifier: GPL-2.0-only
/* LD_PRELOAD: appends a line to the file MAPWRITES for each call by which a
 * program changes a map: "MICROSECONDS ENTRIES MAP", of the day's clock when the
 * call is back. */
#include <bpf/bpf.h>
#include <dlfcn.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <time.h>
#include <unistd.h>

static void note(int map, unsigned int n)
{
	struct bpf_map_info info = {};
	__u32 info_len = sizeof(info);
	static int fd = -1;
	struct timespec t;
	char line[96];
	int len;

	if (fd < 0) {
		const char *path = getenv("MAPWRITES");

		fd = open(path ? path : "/dev/null",
			  O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, 0644);
	}
	bpf_obj_get_info_by_fd(map, &info, &info_len);
	clock_gettime(CLOCK_REALTIME, &t);
	len = snprintf(line, sizeof(line), "%lld %u %s\n",
		       (long long)t.tv_sec * 1000000 + t.tv_nsec / 1000, n,
		       info.name);
	if (write(fd, line, len) != len)
		abort(); /* a count that lacks something says too little */
}

/* The function of libbpf itself. */
#define REAL(name) ((__typeof__(&(name)))dlsym(RTLD_NEXT, #name))

int bpf_map_update_elem(int fd, const void *key, const void *value, __u64 flags)
{
	int err = REAL(bpf_map_update_elem)(fd, key, value, flags);

	note(fd, !err);
	return err;
}

int bpf_map_delete_elem(int fd, const void *key)
{
	int err = REAL(bpf_map_delete_elem)(fd, key);

	note(fd, !err);
	return err;
}

int bpf_map_update_batch(int fd, const void *keys, const void *values,
			 __u32 *count, const struct bpf_map_batch_opts *opts)
{
	int err = REAL(bpf_map_update_batch)(fd, keys, values, count, opts);

	note(fd, *count);
	return err;
}

int bpf_map_delete_batch(int fd, const void *keys, __u32 *count,
			 const struct bpf_map_batch_opts *opts)
{
	int err = REAL(bpf_map_delete_batch)(fd, keys, count, opts);

	note(fd, *count);
	return err;
}
