// SPDX-License-Identifier: GPL-2.0-only
#include "companion.h"

#include <errno.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/wait.h>
#include <unistd.h>

static bool is_second;

static void mask_endings(int how)
{
	static const int endings[] = {SIGHUP, SIGINT, SIGQUIT, SIGTERM};
	sigset_t set;

	sigemptyset(&set);
	for (size_t i = 0; i < sizeof(endings) / sizeof(endings[0]); i++)
		sigaddset(&set, endings[i]);
	sigprocmask(how, &set, NULL);
}

static void end_as(int status)
{
	if (WIFEXITED(status))
		_exit(WEXITSTATUS(status));
	signal(WTERMSIG(status), SIG_DFL);
	raise(WTERMSIG(status));
	_exit(EXIT_FAILURE);
}

void companion_begin(void)
{
	int status = 0;
	pid_t pid;

	/* A caller that ignores it would leave none to wait for. */
	signal(SIGCHLD, SIG_DFL);
	/* Else both would print it. */
	fflush(stdout);
	fflush(stderr);
	pid = fork();
	if (pid > 0) {
		while (waitpid(pid, &status, 0) < 0 && errno == EINTR)
			;
		if (!WIFSIGNALED(status) || WTERMSIG(status) != SIGKILL)
			end_as(status);
		is_second = true;
	} else if (!pid) {
		/* A terminal signals the whole group, as timeout(1) does. */
		setsid();
	}
	mask_endings(SIG_BLOCK);
}

bool companion_is_second(void)
{
	return is_second;
}

void companion_leave(void)
{
	mask_endings(SIG_UNBLOCK);
}
