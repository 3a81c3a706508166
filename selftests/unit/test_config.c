// SPDX-License-Identifier: GPL-2.0-only
/* /etc/xovn/xovn.conf: what it says, and what each wrong line is told. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "config/config.h"
#include "include/ct.h"
#include "ovsdb_file.h"

static int read_bytes(const char *bytes, size_t len, struct host_config *c,
		      struct error *e)
{
	char path[64];
	int err;

	db_create(path);
	db_append(path, bytes, len);
	err = host_config_read(path, c, e);
	/* its name differs from run to run */
	if (err && !strncmp(e->text, path, strlen(path)))
		memmove(e->text, e->text + strlen(path) + 2,
			strlen(e->text + strlen(path) + 2) + 1);
	unlink(path);
	return err;
}

static void read_good(const char *text, struct host_config *c)
{
	struct error e = {""};

	if (read_bytes(text, strlen(text), c, &e))
		fail_msg("%s\nin:\n%s", e.text, text);
}

static void empty_is_default(void **state)
{
	struct host_config c;

	(void)state;
	read_good("# nothing\n\n", &c);
	assert_null(c.host.pin);
	assert_false(c.snapshot.is_there);
	assert_false(c.agent.is_there);
	assert_int_equal(c.host.apply.limits.max_ports, MAX_PORTS_DEFAULT);
	assert_int_equal(c.host.apply.limits.ct_max, CT_MAX_DEFAULT);
	assert_int_equal(c.host.apply.share.percent, 25);
	assert_int_equal(c.host.apply.share.icmp_rate, 1000);
	assert_int_equal(c.host.apply.ct_timeout[CT_TCP_ESTABLISHED], 432000);
	assert_false(c.host.apply.is_silent);
	assert_false(c.host.has_ct_max);
	host_config_free(&c);
}

static void every_key(void **state)
{
	struct host_config c;
	struct error e = {""};

	(void)state;
	read_good("[host]\npin=/sys/fs/bpf/x y\nmax-ports = 64\n"
		  "ct-max\t=\t128 # few\r\nct-timeout = icmp=7,udp=8\n"
		  "icmp-rate = 0\nport-share = 100\nannounce = no\n"
		  "[ snapshot ]\nnb = tcp:192.0.2.1:6641\nchassis = a#b\n"
		  "placement = /p\nprivate-key = /k\ncertificate = /c\n"
		  "ca-cert = /ca\n"
		  "[agent]\ndb = unix:/db\nnb = ssl:192.0.2.1:6641\n"
		  "release = yes",
		  &c);
	assert_string_equal(c.host.pin, "/sys/fs/bpf/x y");
	assert_int_equal(c.host.apply.limits.max_ports, 64);
	assert_int_equal(c.host.apply.limits.ct_max, 128);
	assert_true(c.host.has_ct_max);
	assert_int_equal(c.host.apply.ct_timeout[CT_ICMP], 7);
	assert_int_equal(c.host.apply.ct_timeout[CT_UDP], 8);
	assert_int_equal(c.host.apply.ct_timeout[CT_TCP_ESTABLISHED], 432000);
	assert_int_equal(c.host.apply.share.icmp_rate, 0);
	assert_int_equal(c.host.apply.share.percent, 100);
	assert_true(c.host.apply.is_silent);
	assert_string_equal(c.snapshot.nb, "tcp:192.0.2.1:6641");
	assert_string_equal(c.snapshot.chassis, "a#b");
	assert_string_equal(c.snapshot.placement, "/p");
	assert_null(c.snapshot.sb);
	assert_string_equal(c.snapshot.private_key, "/k");
	assert_string_equal(c.snapshot.certificate, "/c");
	assert_string_equal(c.snapshot.ca_cert, "/ca");
	assert_string_equal(c.agent.db, "unix:/db");
	assert_string_equal(c.agent.nb, "ssl:192.0.2.1:6641");
	assert_true(c.agent.is_releasing);
	assert_int_equal(host_config_check_snapshot(&c, &e), 0);
	host_config_free(&c);
}

/* role name target mode line; */
static char *ifaces_text(const struct host_config *c)
{
	char *text = NULL;
	size_t size;
	FILE *f = open_memstream(&text, &size);

	assert_non_null(f);
	for (size_t i = 0; i < c->snapshot.n_ifaces; i++) {
		const struct host_iface *h = &c->snapshot.ifaces[i];

		fprintf(f, "%d %s %s %d %u;", h->role, h->name,
			h->target ? h->target : "-", h->mode, h->line);
	}
	fclose(f);
	return text;
}

static void interfaces(void **state)
{
	struct host_config c;
	char *text;

	(void)state;
	read_good("[snapshot]\n"
		  "bind = tap1 ls1-vm2\nbind = tap0 ls1-vm1\n"
		  "localnet = ens9 phyNet native\nlocalnet = ens3 other\n"
		  "underlay = ens3 tc\nbind = abcdefghijklmno x\n",
		  &c);
	text = ifaces_text(&c);
	/* the localnet on ens3 has the mode of the underlay there */
	assert_string_equal(text,
			    "0 ens3 - 2 6;1 ens9 phyNet 1 4;"
			    "1 ens3 other 2 5;2 tap1 ls1-vm2 0 2;"
			    "2 tap0 ls1-vm1 0 3;2 abcdefghijklmno x 0 7;");
	free(text);
	host_config_free(&c);
}

/* Names may repeat between kinds: a network and a port, for instance. */
static void same_names(void **state)
{
	struct host_config c;

	(void)state;
	read_good("[snapshot]\nlocalnet = ens9 a\nbind = tap0 a\n"
		  "[host]\npin = /x\n[snapshot]\nnb = f\n",
		  &c);
	assert_int_equal(c.snapshot.n_ifaces, 2);
	host_config_free(&c);
}

static const struct {
	const char *text, *wanted;
} bad[] = {
	{"nb = x\n",
	 "line 1: 'nb' stands before the first section; [host], [snapshot] or "
	 "[agent] goes above it"},
	{"[hosts]\n", "line 1: unknown section [hosts]; there are [host], "
		      "[snapshot] and [agent]"},
	{"[host] x\n", "line 1: \"[host] x\": [SECTION] is wanted, and nothing "
		       "else on the line"},
	{"[host\n", "line 1: \"[host\": [SECTION] is wanted, and nothing else "
		    "on the line"},
	{"[host]\n\nmaxports = 5\n",
	 "line 3: unknown key 'maxports' in [host]; there are: pin, max-ports, "
	 "ct-max, ct-timeout, icmp-rate, port-share, announce"},
	{"[agent]\npin = /x\n",
	 "line 2: unknown key 'pin' in [agent]; there are: db, nb, release"},
	{"[host]\npin = /a\npin = /b\n",
	 "line 3: pin is on line 2 already; keep one of them"},
	{"[agent]\nnb = a\n[agent]\nnb = a\n",
	 "line 4: nb is on line 2 already; keep one of them"},
	{"[host]\npin\n", "line 2: \"pin\": \"key = value\" is wanted"},
	{"[host]\n= 5\n", "line 2: \"= 5\": \"key = value\" is wanted"},
	{"[host]\npin =\n",
	 "line 2: pin has no value; add one, or take the line out"},
	{"[host]\npin = # none\n",
	 "line 2: pin has no value; add one, or take the line out"},
	{"[host]\nmax-ports = 63\n",
	 "line 2: max-ports = 63: a number from 64 to 16777216 is wanted"},
	{"[host]\nmax-ports = -64\n",
	 "line 2: max-ports = -64: a number from 64 to 16777216 is wanted"},
	{"[host]\nct-max = 99999999999999999999\n",
	 "line 2: ct-max = 99999999999999999999: a number from 64 to 16777216 "
	 "is wanted"},
	{"[host]\nport-share = 25%\n",
	 "line 2: port-share = 25%: a number from 1 to 100 is wanted"},
	{"[host]\nct-timeout = icmp=x\n",
	 "line 2: ct-timeout icmp=x: seconds from 1 to 2147483647 are wanted, "
	 "e.g. icmp=60"},
	{"[host]\nannounce = 1\n", "line 2: announce = 1: yes or no is wanted"},
	{"[agent]\nrelease = true\n",
	 "line 2: release = true: yes or no is wanted"},
	{"[snapshot]\nunderlay = ens3 ens4\n",
	 "line 2: mode 'ens4': auto, native or tc is wanted"},
	{"[snapshot]\nunderlay = ens3 tc tc\n",
	 "line 2: \"underlay = IFACE [auto|native|tc]\" is wanted"},
	{"[snapshot]\nlocalnet = ens3\n",
	 "line 2: \"localnet = IFACE NETWORK [auto|native|tc]\" is wanted"},
	{"[snapshot]\nbind = tap0\n", "line 2: \"bind = IFACE LSP\" is wanted"},
	{"[snapshot]\nbind = tap0 a b\n",
	 "line 2: \"bind = IFACE LSP\" is wanted"},
	{"[snapshot]\nbind = abcdefghijklmnop a\n",
	 "line 2: 'abcdefghijklmnop' is no name of an interface, which has at "
	 "most 15 bytes and no slash"},
	{"[snapshot]\nbind = ../x a\n",
	 "line 2: '../x' is no name of an interface, which has at most 15 "
	 "bytes and no slash"},
	{"[snapshot]\nunderlay = a\nunderlay = b\n",
	 "line 3: the underlay is on line 2 already, and there is one per "
	 "host"},
	{"[snapshot]\nlocalnet = a net\nbind = t x\nlocalnet = b net\n",
	 "line 4: net is on line 2 already; keep one of them"},
	{"[snapshot]\nlocalnet = a n\nunderlay = a\nlocalnet = a m\n",
	 "line 4: a is on line 2 already; keep one of them"},
	{"[snapshot]\nbind = a x\nbind = c z\nbind = b x\n",
	 "line 4: x is on line 2 already; keep one of them"},
	{"[snapshot]\nbind = a x\nbind = a y\n",
	 "line 3: a is on line 2 already; keep one of them"},
	{"[snapshot]\nbind = a x\nunderlay = a\n",
	 "line 3: a is on line 2 already; keep one of them"},
	{"[snapshot]\nunderlay = a tc\nlocalnet = a n native\n",
	 "line 3: a has another mode on line 2, and an interface has one for "
	 "both"},
	{"[host]\npin = /\xff\n",
	 "line 2: is not in UTF-8; convert the file (iconv)"},
};

static void wrong_files(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct error e = {""};
		struct host_config c;
		int err = read_bytes(bad[i].text, strlen(bad[i].text), &c, &e);

		if (err != -EINVAL || strcmp(e.text, bad[i].wanted))
			fail_msg("%s: %d \"%s\" instead of \"%s\"", bad[i].text,
				 err, e.text, bad[i].wanted);
	}
}

static void wrong_bytes(void **state)
{
	static char line[4200] = "[host]\npin = /";
	struct host_config c;
	struct error e;

	(void)state;
	assert_int_equal(read_bytes("[host]\npin = a\0b\n", 17, &c, &e),
			 -EINVAL);
	assert_string_equal(e.text, "line 2: holds a zero byte; is this the "
				    "right file?");
	memset(line + strlen(line), 'a', 4100);
	assert_int_equal(read_bytes(line, strlen(line), &c, &e), -EINVAL);
	assert_string_equal(e.text,
			    "line 2: is longer than 4000 bytes; shorten it");
	assert_int_equal(host_config_read("/nosuch", &c, &e), -ENOENT);
	assert_string_equal(e.text, "/nosuch: cannot be opened: No such file "
				    "or directory");
	assert_int_equal(host_config_read("/", &c, &e), -EISDIR);
}

static void check_incomplete(const char *text, const char *wanted)
{
	struct host_config c;
	struct error e = {""};

	read_good(text, &c);
	assert_int_equal(host_config_check_snapshot(&c, &e), -EINVAL);
	assert_non_null(strstr(e.text, wanted));
	host_config_free(&c);
}

static void incomplete(void **state)
{
	(void)state;
	check_incomplete("[agent]\n", "has no section [snapshot]");
	check_incomplete("[snapshot]\nnb = x\n",
			 "[snapshot] needs \"chassis = NAME\"");
	check_incomplete("[snapshot]\nchassis = x\n",
			 "[snapshot] needs \"nb = FILE\"");
	check_incomplete("[snapshot]\nnb = x\nchassis = x\nsb = s\n"
			 "placement = p\n",
			 "sb and placement both");
}

/* The example that is installed: as it stands, and with its comments taken
 * away from what they hide. */
static void example(void **state)
{
	FILE *f = fopen(XOVN_TEST_DATA "/../../doc/xovn.conf", "r");
	char line[512], *text = NULL;
	struct host_config c;
	struct error e = {""};
	size_t size;
	FILE *out;

	(void)state;
	assert_non_null(f);
	assert_int_equal(host_config_read(XOVN_TEST_DATA "/../../doc/xovn.conf",
					  &c, &e),
			 0);
	assert_false(c.snapshot.is_there || c.agent.is_there);
	host_config_free(&c);
	out = open_memstream(&text, &size);
	while (fgets(line, sizeof(line), f))
		if (strncmp(line, "#sb =", 5))
			fputs(line + (line[0] == '#' && line[1] > ' '), out);
	fclose(out);
	fclose(f);
	read_good(text, &c);
	assert_int_equal(host_config_check_snapshot(&c, &e), 0);
	assert_int_equal(c.snapshot.n_ifaces, 4);
	assert_true(c.agent.is_there);
	/* what it calls the defaults are */
	assert_int_equal(c.host.apply.limits.max_ports, MAX_PORTS_DEFAULT);
	assert_int_equal(c.host.apply.limits.ct_max, CT_MAX_DEFAULT);
	assert_int_equal(c.host.apply.ct_timeout[CT_UDP_STREAM], 120);
	assert_int_equal(c.host.apply.ct_timeout[CT_TCP_ESTABLISHED], 432000);
	assert_int_equal(c.host.apply.share.icmp_rate, ICMP_RATE_DEFAULT);
	assert_int_equal(c.host.apply.share.percent, PORT_SHARE_DEFAULT);
	host_config_free(&c);
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(empty_is_default),
		cmocka_unit_test(every_key),
		cmocka_unit_test(interfaces),
		cmocka_unit_test(same_names),
		cmocka_unit_test(wrong_files),
		cmocka_unit_test(wrong_bytes),
		cmocka_unit_test(incomplete),
		cmocka_unit_test(example),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
