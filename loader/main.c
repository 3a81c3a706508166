// SPDX-License-Identifier: GPL-2.0-only
/*
 * xovn: OVN's data plane in BPF maps.  Exit codes: 0 done, 1 failed (one
 * line on stderr), 2 usage.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "cmd/cmd.h"
#include "sync/programs.h"
#include "sync/state.h"

struct command {
	const char *name;
	int (*run)(const char *pin, int argc, char **argv, struct error *e);
	const char *usage;
};

static const struct command commands[] = {
	{"check", cmd_check,
	 "[--config FILE] [--underlay IFACE]... [--localnet IFACE:NETWORK]...\n"
	 "                 [--nb FILE|SERVER] [--sb FILE|SERVER | --placement FILE]\n"
	 "                 [--chassis NAME] [--db SERVER]\n"
	 "                 [--private-key FILE] [--certificate FILE] [--ca-cert FILE]\n"
	 "                 [--max-ports N] [--ct-max N] [--json]"},
	{"start", cmd_start, "[--config FILE] [--dry-run]"},
	{"load", cmd_load,
	 "--nb FILE|SERVER --chassis NAME [--sb FILE|SERVER] [--placement FILE]\n"
	 "                 [--private-key FILE] [--certificate FILE] [--ca-cert FILE]\n"
	 "                 [--max-ports N] [--ct-max N] [--ct-timeout STATE=SEC,...]\n"
	 "                 [--icmp-rate N] [--port-share PERCENT]\n"
	 "                 [--no-announce] [--dry-run] [--json]"},
	{"attach", cmd_attach,
	 "IFACE [--underlay | --localnet NETWORK] [--mode auto|native|tc]\n"
	 "                 [--no-announce]"},
	{"bind", cmd_bind, "IFACE LSP"},
	{"unbind", cmd_unbind, "IFACE"},
	{"detach", cmd_detach, "IFACE | --all"},
	{"show", cmd_show,
	 "[SWITCH | ROUTER | PORT] [--detail] [--interval SEC]\n"
	 "                 [--json | --dot | --svg [FILE]]"},
	{"trace", cmd_trace,
	 "--nb FILE|SERVER [--sb FILE|SERVER] [--placement FILE] | --live\n"
	 "                 ([--inport LSP | --localnet NETWORK] (MICROFLOW | --packet HEX)\n"
	 "                 | --batch FILE)\n"
	 "                 [--chassis NAME] [--neigh LRP,IP,MAC]... [--ct FILE]\n"
	 "                 [--follow] [--reply] [--mode tc|native] [--mtu N] [--json]"},
	{"top", cmd_top,
	 "[--interval SEC] [--sort pps|bps|drops|name] [--count N] [--once]\n"
	 "                 [--view ports|routes|nat|vips|tunnels|drops] [--json]"},
	{"stats", cmd_stats,
	 "[drops] [--all] [--rate | --interval SEC] [--by-port | --by-datapath]\n"
	 "                 [--port PORT] [--datapath NAME] [--json]\n"
	 "           stats ports [--port PORT] [--datapath NAME] [--json]\n"
	 "           stats pipeline | ct | maps [--json]\n"
	 "           stats --prometheus | --textfile FILE\n"
	 "                 a rate is that of two samples, 1 s or SEC apart"},
	{"monitor", cmd_monitor,
	 "[--drops] [--new-connections] [--punt] [--port LSP]\n"
	 "                 [--reason NAME] [--sample N] [--rate N] [--snaplen N]\n"
	 "                 [--count N] [--duration SEC] [--buffer KIB]\n"
	 "                 [--pcap FILE] [--json]"},
	{"ct", cmd_ct,
	 "list | flush [--zone NAME] [--proto PROTO] [--src IP] [--dst IP]\n"
	 "                 [--reply-src IP] [--reply-dst IP] [--any-addr IP]\n"
	 "                 [--sport N] [--dport N] [--state NAME] [--nat] [--json]"},
	{"agent", cmd_agent,
	 "[--config FILE] [--db REMOTE] [--nb REMOTE] [--release]\n"
	 "                 [--pidfile FILE]\n"
	 "                 [--max-ports N] [--ct-max N] [--ct-timeout STATE=SEC,...]\n"
	 "                 [--icmp-rate N] [--port-share PERCENT]\n"
	 "                 [--no-announce]"},
};

/* What was printed but cannot be kept, on a full disk for instance, would
 * look like all there is to say. */
static int output_end(void)
{
	int err;

	errno = 0;
	if (!fflush(stdout) && !ferror(stdout))
		return 0;
	err = errno ? errno : EIO;
	if (err == EPIPE) /* the reader has seen enough */
		return 0;
	fprintf(stderr, "xovn: standard output: cannot write: %s\n",
		strerror(err));
	return 1;
}

static int usage(FILE *to)
{
	fputs("usage: xovn [--pin DIR] [--verbose] COMMAND\n", to);
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		fprintf(to, "  %-8s %s\n", commands[i].name, commands[i].usage);
	fputs("  --pin DIR  state of this host, on a BPF file system (default " PIN_DIR_DEFAULT
	      ")\n"
	      "  --verbose  with libbpf's messages and the verifier's log\n"
	      "xovn COMMAND --help shows one of them, man xovn what each does\n",
	      to);
	return to == stdout ? output_end() : EXIT_USAGE;
}

static int unknown(const char *what, const char *word)
{
	fprintf(stderr, "xovn: no %s '%s'; xovn --help lists them\n", what,
		word);
	return EXIT_USAGE;
}

/* What may stand behind "xovn", for the shell's completion. */
static int words_list(void)
{
	puts("--pin=\n--verbose\n--version\n--help");
	for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
		puts(commands[i].name);
	return output_end();
}

/* Whose configuration may name a directory, where --pin does not. */
static bool has_config(const struct command *c)
{
	return c->run == cmd_check || c->run == cmd_start ||
	       c->run == cmd_agent;
}

static int command_run(const struct command *c, const char *pin, int argc,
		       char **argv)
{
	struct error e = {""};
	int ret;

	for (int i = 1; i < argc; i++) {
		if (!strcmp(argv[i], "--help")) {
			printf("usage: xovn [--pin DIR] %s %s\n", c->name,
			       c->usage);
			return output_end();
		}
	}
	if (!pin && !has_config(c))
		pin = PIN_DIR_DEFAULT;
	ret = c->run(pin, argc, argv, &e);
	if (!ret || ret == CMD_LISTED)
		return output_end();
	failure(c->name, e.text[0] ? e.text : strerror(-ret));
	if (ret != CMD_USAGE)
		return 1;
	fprintf(stderr, "usage: xovn [--pin DIR] %s %s\n", c->name, c->usage);
	return EXIT_USAGE;
}

int main(int argc, char **argv)
{
	const char *pin = NULL;
	int i = 1;

	programs_set_verbose(false);
	for (; i < argc && argv[i][0] == '-'; i++) {
		if (!strcmp(argv[i], "--help") || !strcmp(argv[i], "-h"))
			return usage(stdout);
		if (!strcmp(argv[i], "--options"))
			return words_list();
		if (!strcmp(argv[i], "--version")) {
			puts("xovn " XOVN_VERSION);
			return output_end();
		}
		if (!strcmp(argv[i], "--verbose"))
			programs_set_verbose(true);
		else if (!strncmp(argv[i], "--pin=", 6))
			pin = argv[i] + 6;
		else if (!strcmp(argv[i], "--pin") && i + 1 < argc)
			pin = argv[++i];
		else if (!strcmp(argv[i], "--pin"))
			return usage(stderr);
		else
			return unknown("option", argv[i]);
	}
	for (size_t c = 0; i < argc && c < sizeof(commands) / sizeof(*commands);
	     c++)
		if (!strcmp(argv[i], commands[c].name))
			return command_run(&commands[c], pin, argc - i,
					   argv + i);
	return i < argc ? unknown("command", argv[i]) : usage(stderr);
}
