// SPDX-License-Identifier: GPL-2.0-only
/*
 * inject [-l LOG] [-m GLOB] [-b FILE] [-n N [-k WHOM | -e ERRNO [-a]]] COMMAND...
 *
 * Runs the command and numbers the system calls, its children's too, by which
 * it changes anything outside itself.  At the N-th something is killed, or the
 * call fails with ERRNO (a name; -a: all later ones, too).
 *
 *   -k WHOM  "caller" (as without -k): the process that makes the call, which
 *            so is not made; "command": the first process; "both"
 *   -l LOG   a line per call: number, name
 *   -m GLOB  only calls of that name: "bpf map_update port", "netlink 28",
 *            "unlink", "send", ...
 *   -b FILE  only those after FILE has come
 *
 * By seccomp's notifications (seccomp_unotify(2)), which let the other calls
 * run at full speed.  Exit code: the command's, as a shell tells it.
 */
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <fnmatch.h>
#include <linux/ethtool.h>
#include <linux/filter.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/seccomp.h>
#include <linux/sockios.h>
#include <net/if.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

static const struct {
	int nr;
	const char *name; /* NULL: by the arguments */
} calls[] = {
	{__NR_bpf, NULL},	    {__NR_sendto, NULL},
	{__NR_sendmsg, NULL},	    {__NR_openat, NULL},
	{__NR_unlinkat, "unlink"},  {__NR_mkdirat, "mkdir"},
	{__NR_renameat2, "rename"}, {__NR_ftruncate, "ftruncate"},
	{__NR_ioctl, NULL},
#ifdef __NR_unlink /* not on every architecture */
	{__NR_unlink, "unlink"},    {__NR_rmdir, "rmdir"},
	{__NR_mkdir, "mkdir"},	    {__NR_rename, "rename"},
	{__NR_renameat, "rename"},
#endif
};
#define N_CALLS (sizeof(calls) / sizeof(calls[0]))

static const char *const bpf_names[] = {
	[BPF_MAP_CREATE] = "map_create",
	[BPF_MAP_UPDATE_ELEM] = "map_update",
	[BPF_MAP_DELETE_ELEM] = "map_delete",
	[BPF_MAP_UPDATE_BATCH] = "map_update",
	[BPF_MAP_DELETE_BATCH] = "map_delete",
	[BPF_PROG_LOAD] = "prog_load",
	[BPF_OBJ_PIN] = "obj_pin",
	[BPF_LINK_CREATE] = "link_create",
	[BPF_LINK_UPDATE] = "link_update",
	[BPF_LINK_DETACH] = "link_detach",
};

static const char *pattern = "*", *begin_file;
static long number, wanted;
static int failure; /* 0: kill */
static bool is_lasting;
static const char *whom = "caller";
static pid_t command;
static FILE *logfile;

static void fetch(pid_t pid, uint64_t address, void *to, size_t n)
{
	struct iovec here = {to, n}, there = {(void *)(uintptr_t)address, n};

	memset(to, 0, n);
	process_vm_readv(pid, &here, 1, &there, 1, 0);
}

/* The process' file descriptor as one of ours, -1: none. */
static int borrow(pid_t pid, int fd)
{
	int process = syscall(SYS_pidfd_open, pid, 0);
	int ours = syscall(SYS_pidfd_getfd, process, fd, 0);

	close(process);
	return ours;
}

static bool name_bpf(const struct seccomp_notif *q, char *name, size_t size)
{
	uint64_t cmd = q->data.args[0];
	struct bpf_map_info info = {0};
	__u32 len = sizeof(info);
	union bpf_attr attr;
	int fd = -1;

	if (cmd >= sizeof(bpf_names) / sizeof(bpf_names[0]) || !bpf_names[cmd])
		return false;
	fetch(q->pid, q->data.args[1], &attr, sizeof(attr));
	if (cmd == BPF_MAP_UPDATE_ELEM || cmd == BPF_MAP_DELETE_ELEM)
		fd = borrow(q->pid, attr.map_fd);
	else if (cmd == BPF_MAP_UPDATE_BATCH || cmd == BPF_MAP_DELETE_BATCH)
		fd = borrow(q->pid, attr.batch.map_fd);
	if (fd >= 0) {
		bpf_obj_get_info_by_fd(fd, &info, &len);
		close(fd);
	} else if (cmd == BPF_MAP_CREATE) {
		memcpy(info.name, attr.map_name, sizeof(info.name));
	} else if (cmd == BPF_PROG_LOAD) {
		memcpy(info.name, attr.prog_name, sizeof(info.name));
	}
	snprintf(name, size, "bpf %s %s", bpf_names[cmd], info.name);
	return true;
}

static bool name_send(const struct seccomp_notif *q, char *name, size_t size)
{
	uint64_t data = q->data.args[1];
	struct nlmsghdr nlh;
	socklen_t len = sizeof(int);
	int domain = 0, fd = borrow(q->pid, q->data.args[0]);

	getsockopt(fd, SOL_SOCKET, SO_DOMAIN, &domain, &len);
	close(fd);
	if (domain != AF_NETLINK) {
		snprintf(name, size, "send");
		return true;
	}
	if (q->data.nr == __NR_sendmsg) {
		struct msghdr msg;
		struct iovec iov;

		fetch(q->pid, data, &msg, sizeof(msg));
		fetch(q->pid, (uintptr_t)msg.msg_iov, &iov, sizeof(iov));
		data = (uintptr_t)iov.iov_base;
	}
	fetch(q->pid, data, &nlh, sizeof(nlh));
	snprintf(name, size, "netlink %u", nlh.nlmsg_type);
	/* rtnetlink's messages come in fours: new, del, get, set */
	return nlh.nlmsg_type < RTM_BASE ||
	       (nlh.nlmsg_type - RTM_BASE) % 4 != RTM_GETLINK - RTM_BASE;
}

/* What reads is named GET in linux/ethtool.h, and numbered anyhow. */
static bool name_ioctl(const struct seccomp_notif *q, char *name, size_t size)
{
	static const __u32 changing[] = {ETHTOOL_SGRO, ETHTOOL_SFLAGS,
					 ETHTOOL_SFEATURES};
	struct ifreq ifr;
	__u32 command;

	if (q->data.args[1] != SIOCETHTOOL)
		return false;
	fetch(q->pid, q->data.args[2], &ifr, sizeof(ifr));
	fetch(q->pid, (uintptr_t)ifr.ifr_data, &command, sizeof(command));
	snprintf(name, size, "ethtool %u", command);
	for (size_t i = 0; i < sizeof(changing) / sizeof(changing[0]); i++)
		if (command == changing[i])
			return true;
	return false;
}

/* /dev/null takes what is written and is the same. */
static bool name_open(const struct seccomp_notif *q, char *name, size_t size)
{
	static const char null[] = "/dev/null";
	char path[sizeof(null)];

	snprintf(name, size, "open");
	fetch(q->pid, q->data.args[1], path, sizeof(path));
	return q->data.args[2] & (O_WRONLY | O_RDWR | O_CREAT) &&
	       memcmp(path, null, sizeof(null)) != 0;
}

static bool name_call(const struct seccomp_notif *q, char *name, size_t size)
{
	if (q->data.nr == __NR_bpf)
		return name_bpf(q, name, size);
	if (q->data.nr == __NR_sendto || q->data.nr == __NR_sendmsg)
		return name_send(q, name, size);
	if (q->data.nr == __NR_ioctl)
		return name_ioctl(q, name, size);
	if (q->data.nr == __NR_openat)
		return name_open(q, name, size);
	for (size_t i = 0; i < N_CALLS; i++)
		if (calls[i].nr == q->data.nr)
			snprintf(name, size, "%s", calls[i].name);
	return true;
}

/* The call waits meanwhile. */
static void judge(int listener, const struct seccomp_notif *q)
{
	struct seccomp_notif_resp answer = {
		.id = q->id, .flags = SECCOMP_USER_NOTIF_FLAG_CONTINUE};
	char name[64];
	bool is_hit;

	if (name_call(q, name, sizeof(name)) && !fnmatch(pattern, name, 0) &&
	    (!begin_file || !access(begin_file, F_OK))) {
		number++;
		is_hit = number == wanted ||
			 (is_lasting && wanted && number > wanted);
		if (logfile)
			fprintf(logfile, "%ld %s%s\n", number, name,
				is_hit ? " HIT" : "");
		if (is_hit && !failure && strcmp(whom, "caller"))
			kill(command, SIGKILL);
		/* No answer: one would let the call begin before the death. */
		if (is_hit && !failure && strcmp(whom, "command")) {
			kill(q->pid, SIGKILL);
			return;
		}
		if (is_hit && failure) {
			answer.flags = 0;
			answer.error = -failure;
		}
	}
	ioctl(listener, SECCOMP_IOCTL_NOTIF_SEND, &answer);
}

static int filter_install(void)
{
	struct sock_filter code[N_CALLS + 3];
	struct sock_fprog program = {N_CALLS + 3, code};

	code[0] = (struct sock_filter)BPF_STMT(
		BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr));
	for (size_t i = 0; i < N_CALLS; i++)
		code[1 + i] = (struct sock_filter)BPF_JUMP(
			BPF_JMP | BPF_JEQ | BPF_K, calls[i].nr, N_CALLS - i, 0);
	code[1 + N_CALLS] = (struct sock_filter)BPF_STMT(BPF_RET | BPF_K,
							 SECCOMP_RET_ALLOW);
	code[2 + N_CALLS] = (struct sock_filter)BPF_STMT(
		BPF_RET | BPF_K, SECCOMP_RET_USER_NOTIF);
	prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0);
	return syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER,
		       SECCOMP_FILTER_FLAG_NEW_LISTENER, &program);
}

/* The parent takes the listener before exec() closes it. */
static void run(int to_parent, char **argv)
{
	int fd = filter_install();
	char c;

	if (fd < 0) {
		perror("inject: seccomp");
		_exit(126);
	}
	if (write(to_parent, &fd, sizeof(fd)) != sizeof(fd) ||
	    read(to_parent, &c, 1) != 1)
		_exit(126);
	execvp(argv[0], argv);
	perror(argv[0]);
	_exit(127);
}

static int supervise(int listener)
{
	struct pollfd p = {listener, POLLIN, 0};
	int status, kept = 0;
	pid_t pid;

	/* Until the last descendant is gone: orphans become our children. */
	while ((pid = waitpid(-1, &status, WNOHANG)) >= 0) {
		struct seccomp_notif q = {0};

		if (pid == command)
			kept = status;
		if (pid || poll(&p, 1, 20) <= 0)
			continue;
		if (p.revents & POLLIN &&
		    !ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &q))
			judge(listener, &q);
		else
			usleep(1000); /* all are about to end */
	}
	return WIFSIGNALED(kept) ? 128 + WTERMSIG(kept) : WEXITSTATUS(kept);
}

static int errno_of(const char *name)
{
	for (int i = 1; i < 134; i++)
		if (strerrorname_np(i) && !strcmp(strerrorname_np(i), name))
			return i;
	fprintf(stderr, "inject: %s: is no errno\n", name);
	exit(2);
}

int main(int argc, char **argv)
{
	int option, pair[2], fd, listener;

	while ((option = getopt(argc, argv, "+l:m:b:n:k:e:a")) != -1) {
		if (option == 'l')
			logfile = fopen(optarg, "we");
		else if (option == 'm')
			pattern = optarg;
		else if (option == 'b')
			begin_file = optarg;
		else if (option == 'n')
			wanted = atol(optarg);
		else if (option == 'k')
			whom = optarg;
		else if (option == 'e')
			failure = errno_of(optarg);
		else if (option == 'a')
			is_lasting = true;
		else
			return 2;
	}
	if (optind == argc ||
	    socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, pair))
		return 2;
	if (logfile)
		setlinebuf(logfile);
	prctl(PR_SET_CHILD_SUBREAPER, 1);
	command = fork();
	if (!command)
		run(pair[1], argv + optind);
	close(pair[1]);
	if (command < 0 || read(pair[0], &fd, sizeof(fd)) != sizeof(fd))
		return 126;
	listener = borrow(command, fd);
	if (listener < 0 || write(pair[0], "", 1) != 1) {
		kill(command, SIGKILL);
		return 126;
	}
	return supervise(listener);
}
