// SPDX-License-Identifier: GPL-2.0-only
/* The picture drawn: Graphviz's dot, run as a program. */
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "cmd/dot.h"

/* dot -Tsvg with that input and output: its exit status, or -errno. */
static int dot_run(int in, int out, pid_t *pid)
{
	char *const argv[] = {"dot", "-Tsvg", NULL};
	posix_spawn_file_actions_t files;
	int err = posix_spawn_file_actions_init(&files);

	if (err)
		return -err;
	err = posix_spawn_file_actions_adddup2(&files, in, STDIN_FILENO);
	if (!err)
		err = posix_spawn_file_actions_adddup2(&files, out,
						       STDOUT_FILENO);
	if (!err)
		err = posix_spawnp(pid, "dot", &files, NULL, argv, environ);
	posix_spawn_file_actions_destroy(&files);
	return -err;
}

static int dot_end(pid_t pid, struct error *e)
{
	int status;

	while (waitpid(pid, &status, 0) < 0)
		if (errno != EINTR)
			return error_set(e, errno, "waiting for dot: %s",
					 strerror(errno));
	if (WIFEXITED(status) && !WEXITSTATUS(status))
		return 0;
	return error_set(e, EIO,
			 "dot -Tsvg failed (%s %d): its message is above; "
			 "xovn show --dot has what it was given",
			 WIFEXITED(status) ? "exit code" : "signal",
			 WIFEXITED(status) ? WEXITSTATUS(status) :
					     WTERMSIG(status));
}

/* Draws into a descriptor. */
static int svg_draw(const json_t *root, int out, bool is_detailed,
		    struct error *e)
{
	FILE *source = tmpfile();
	pid_t pid;
	int err;

	if (!source)
		return error_set(e, errno, "temporary file: %s",
				 strerror(errno));
	dot_write(root, source, is_detailed);
	if (fflush(source) || ferror(source) || fseek(source, 0, SEEK_SET)) {
		err = error_set(e, errno, "temporary file: %s",
				strerror(errno));
	} else {
		err = dot_run(fileno(source), out, &pid);
		if (err == -ENOENT)
			error_set(e, ENOENT,
				  "--svg needs Graphviz's dot, which is not "
				  "installed: apt install graphviz, or take "
				  "--dot");
		else if (err)
			error_set(e, -err, "running dot: %s", strerror(-err));
		else
			err = dot_end(pid, e);
	}
	fclose(source);
	return err;
}

static int svg_failed(const char *file, int err, struct error *e)
{
	return error_set(e, err,
			 "--svg %s: cannot write: %s; a file in a directory "
			 "that can be written to is wanted",
			 file, strerror(err));
}

int svg_write(const json_t *root, const char *file, bool is_detailed,
	      struct error *e)
{
	char part[PATH_MAX];
	int out, err;

	if (!strcmp(file, "-"))
		return svg_draw(root, STDOUT_FILENO, is_detailed, e);
	if (snprintf(part, sizeof(part), "%s.%d", file, (int)getpid()) >=
	    (int)sizeof(part))
		return svg_failed(file, ENAMETOOLONG, e);
	out = open(part, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
	if (out < 0)
		return svg_failed(file, errno, e);
	err = svg_draw(root, out, is_detailed, e);
	/* A network's file system may say it only now that it is full. */
	if (close(out) && !err)
		err = svg_failed(file, errno, e);
	if (!err && rename(part, file))
		err = svg_failed(file, errno, e);
	if (err)
		unlink(part);
	return err;
}
