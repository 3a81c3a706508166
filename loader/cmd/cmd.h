/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * cmd/: the subcommands.  main.c finds one, which parses its own options with
 * options_parse(), does its work through sync/, and fills *e on failure;
 * main() prints that one line.
 *
 *   NAME.c, NAME_*.c   subcommand NAME; stats_collect.c reads what show and
 *                      top need, too
 *   dot*.c, svg.c      show's pictures
 *   pcapng.c           monitor's capture files
 *   exposition.c       Prometheus' text format
 *   table.c, units.c   columns; numbers for people
 *   options.c, files.c options; databases and placement
 */
#ifndef XOVN_CMD_H
#define XOVN_CMD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* A subcommand returns 0, CMD_USAGE for wrong usage (e holds what is
 * wrong), or another -errno with e filled.  argv[0] is its own name; pin is
 * the directory of --pin, or of check, start and agent NULL: not
 * given. */
#define EXIT_USAGE 2
#define CMD_USAGE (-10000)
/* What options_parse() returns for --options, to be handed on. */
#define CMD_LISTED (-10001)

int cmd_start(const char *pin, int argc, char **argv, struct error *e);
int cmd_load(const char *pin, int argc, char **argv, struct error *e);
int cmd_attach(const char *pin, int argc, char **argv, struct error *e);
int cmd_bind(const char *pin, int argc, char **argv, struct error *e);
int cmd_unbind(const char *pin, int argc, char **argv, struct error *e);
int cmd_detach(const char *pin, int argc, char **argv, struct error *e);
int cmd_show(const char *pin, int argc, char **argv, struct error *e);
int cmd_ct(const char *pin, int argc, char **argv, struct error *e);
int cmd_monitor(const char *pin, int argc, char **argv, struct error *e);
int cmd_top(const char *pin, int argc, char **argv, struct error *e);
int cmd_stats(const char *pin, int argc, char **argv, struct error *e);
int cmd_trace(const char *pin, int argc, char **argv, struct error *e);
int cmd_check(const char *pin, int argc, char **argv, struct error *e);
int cmd_agent(const char *pin, int argc, char **argv, struct error *e);

/* One option of a subcommand: --name VALUE into *string, or --name into
 * *flag; whichever is not NULL.  With both, *flag is set and VALUE may be
 * left out. */
struct option_def {
	const char *name; /* without "--" */
	const char **string;
	bool *flag;
};

/* Fills what the options point to; other words go to words[], at most
 * max_words.  Number of words, or CMD_USAGE with e filled.  options ends
 * with a NULL name.  --options alone prints them for the shell's completion
 * and the test of the manual, which so have no list of their own to keep:
 * "--name", "--name=" where a value follows.  CMD_LISTED then. */
int options_parse(int argc, char **argv, const struct option_def *options,
		  const char **words, int max_words, struct error *e);
/* What --option said, into *number; text NULL: not given, and left alone.
 * CMD_USAGE with e filled. */
int option_number(const char *option, const char *text, uint32_t lowest,
		  uint32_t highest, uint32_t *number, struct error *e);

/* conf.db's server where ovs-vsctl finds it: $OVS_RUNDIR, else Debian's. */
const char *cmd_default_db(char remote[4096]);

/* For an option that may be given several times, before options_parse(): takes
 * every "--NAME VALUE" out of argv.  How many there were, or CMD_USAGE with e
 * filled where they are more than max. */
int options_take(int *argc, char **argv, const char *name, const char **values,
		 int max, struct error *e);

#endif /* XOVN_CMD_H */
