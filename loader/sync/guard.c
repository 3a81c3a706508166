// SPDX-License-Identifier: GPL-2.0-only
#include "sync/guard.h"

#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static int guard_path(char path[PATH_MAX], const char *dir)
{
	int n = snprintf(path, PATH_MAX, "%s/" GUARD_NAME, dir);

	return n < PATH_MAX ? 0 : -ENAMETOOLONG;
}

static int lock_ask(int fd, const char *dir, struct error *e)
{
	/* Whoever has it has it for reading: a directory cannot be opened for
	 * more.  Only the question is for writing. */
	struct flock lock = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_GETLK, &lock))
		return error_set(e, errno, "%s/" GUARD_NAME ": cannot lock: %s",
				 dir, strerror(errno));
	if (lock.l_type == F_UNLCK)
		return 0;
	return error_set(e, EBUSY,
			 "%s: xovn agent (pid %d) runs on it; change the "
			 "databases, or stop it",
			 dir, (int)lock.l_pid);
}

static int guard_open(const char *dir, struct error *e)
{
	char path[PATH_MAX];
	int err = guard_path(path, dir), fd;

	if (err)
		return error_set(e, -err, "%s: %s", dir, strerror(-err));
	fd = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return error_set(e, errno, "%s: %s", path, strerror(errno));
	return fd;
}

int guard_check(const char *dir, struct error *e)
{
	int fd = guard_open(dir, e), err;

	if (fd < 0)
		return fd == -ENOENT ? 0 : fd;
	err = lock_ask(fd, dir, e);
	close(fd);
	return err;
}

int guard_take(const char *dir, struct error *e)
{
	struct flock lock = {.l_type = F_RDLCK, .l_whence = SEEK_SET};
	char path[PATH_MAX];
	int err = guard_path(path, dir), fd;

	if (err)
		return error_set(e, -err, "%s: %s", dir, strerror(-err));
	if (mkdir(path, 0700) && errno != EEXIST)
		return error_set(e, errno, "%s: cannot make directory: %s",
				 path, strerror(errno));
	fd = guard_open(dir, e);
	if (fd < 0)
		return fd;
	err = lock_ask(fd, dir, e);
	if (!err && fcntl(fd, F_SETLK, &lock))
		err = error_set(e, errno, "%s: cannot lock: %s", path,
				strerror(errno));
	if (!err)
		return fd;
	close(fd);
	return err;
}

void guard_release(const char *dir, int fd)
{
	char path[PATH_MAX];

	if (fd < 0)
		return;
	if (!guard_path(path, dir))
		rmdir(path);
	close(fd);
}
