// SPDX-License-Identifier: GPL-2.0-only
/* What stands before the first program: the kernel, what this process may do,
 * the pin directory. */
#include "check/check.h"

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/statvfs.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/agent.h"
#include "sync/guard.h"
#include "sync/state.h"
#include "sync/upgrade_step.h"

#define GROUP "kernel"

/* The oldest that the programs are verified on (selftests/budget). */
#define OLDEST_MAJOR 6
#define OLDEST_MINOR 1

static void check_version(struct check *c)
{
	unsigned long major = 0, minor = 0;
	struct utsname u;
	char *end;

	if (!uname(&u)) {
		major = strtoul(u.release, &end, 10);
		minor = *end == '.' ? strtoul(end + 1, NULL, 10) : 0;
	}
	if (!major) {
		check_add(c, CHECK_WARNING, GROUP, "version", NULL, NULL,
			  "the version of the kernel is unknown");
		return;
	}
	if (major < OLDEST_MAJOR ||
	    (major == OLDEST_MAJOR && minor < OLDEST_MINOR))
		check_add(c, CHECK_ERROR, GROUP, "version", NULL,
			  "boot a newer kernel, Debian 12's for instance",
			  "Linux %s: %u.%u or newer is needed", u.release,
			  OLDEST_MAJOR, OLDEST_MINOR);
	else
		check_add(c, CHECK_OK, GROUP, "version", NULL, NULL, "Linux %s",
			  u.release);
}

static void check_btf(struct check *c)
{
	struct btf *btf = btf__load_vmlinux_btf();

	if (libbpf_get_error(btf)) {
		check_add(c, CHECK_ERROR, GROUP, "btf", NULL,
			  "boot a kernel built with CONFIG_DEBUG_INFO_BTF",
			  "no BTF of the kernel, which programs are fitted to "
			  "it by: %s",
			  strerror(errno));
		return;
	}
	check_add(c, CHECK_OK, GROUP, "btf", NULL, NULL,
		  "the kernel describes its types (BTF)");
	btf__free(btf);
}

static void check_privileges(struct check *c)
{
	const char *missing[8];
	char list[256] = "";
	size_t n = privileges_missing(missing, 8), len = 0;

	for (size_t i = 0; i < n; i++)
		len += snprintf(list + len, sizeof(list) - len, "%sCAP_%s",
				i ? ", " : "", missing[i]);
	for (char *p = list; *p; p++)
		if (*p >= 'a' && *p <= 'z')
			*p += 'A' - 'a';
	if (geteuid())
		check_add(c, CHECK_ERROR, GROUP, "privileges", NULL,
			  "run it with sudo; as another user it cannot see "
			  "all there is to see, either",
			  "not root: BPF maps and interfaces need it");
	else if (n)
		check_add(c, CHECK_ERROR, GROUP, "privileges", NULL,
			  "run it outside of the container, or give them to it",
			  "root without %s", list);
	else
		check_add(c, CHECK_OK, GROUP, "privileges", NULL, NULL,
			  "root, with the capabilities that are needed");
}

static void check_place(struct check *c)
{
	const char *pin = c->options->pin;
	struct statvfs fs;
	struct error e;

	if (state_place_check(pin, &e)) {
		check_add(c, CHECK_ERROR, GROUP, "bpffs", NULL, NULL, "%s",
			  e.text);
		return;
	}
	if (!statvfs(pin, &fs) && fs.f_flag & ST_RDONLY) {
		check_add(c, CHECK_ERROR, GROUP, "bpffs", pin,
			  "mount -o remount,rw that BPF file system",
			  "is read-only");
		return;
	}
	check_add(c, CHECK_OK, GROUP, "bpffs", pin, NULL, "%s",
		  access(pin, F_OK) ? "on a BPF file system, free" :
				      "on a BPF file system, in use");
}

static void note_own_programs(struct check *c, const struct state *s)
{
	for (int i = 0; i < PROGRAM_COUNT; i++) {
		struct bpf_prog_info info = {0};
		__u32 len = sizeof(info);
		struct error ignored;
		int fd = program_open(s, i, &ignored);

		if (fd < 0)
			continue;
		if (!bpf_obj_get_info_by_fd(fd, &info, &len))
			c->own_program[i] = info.id;
		close(fd);
	}
}

/* What is there of this or another xovn. */
static void check_state(struct check *c)
{
	const char *pin = c->options->pin;
	struct state s;
	struct error e;
	int err;

	if (geteuid() || access(pin, F_OK))
		return;
	if (guard_check(pin, &e))
		check_add(c, CHECK_WARNING, GROUP, "agent", NULL,
			  "change the databases; stop it where another xovn "
			  "is to take over",
			  "%s", e.text);
	err = state_open(&s, pin, STATE_PREVIEW, &e);
	if (!err) {
		note_own_programs(c, &s);
		c->are_loaded = s.is_loaded && programs_are_current(&s);
		check_add(c, CHECK_OK, GROUP, "state", pin, NULL, "%s",
			  !s.is_loaded	? "nothing is loaded" :
			  c->are_loaded ? "a network is loaded" :
					  "a network is loaded, by another "
					  "build; a load puts new programs in "
					  "their place");
		state_close(&s);
		return;
	}
	/* e has the remedy with it */
	check_add(c,
		  err == -EPROTO && upgrade_is_known(s.config.layout) ?
			  CHECK_WARNING :
			  CHECK_ERROR,
		  GROUP, "state", NULL, NULL, "%s", e.text);
}

void check_kernel(struct check *c)
{
	check_version(c);
	check_btf(c);
	check_privileges(c);
	check_place(c);
	check_state(c);
}
