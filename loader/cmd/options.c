// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/cmd.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const struct option_def *option_find(const struct option_def *options,
					    const char *word, size_t len)
{
	for (; options->name; options++)
		if (strlen(options->name) == len &&
		    !strncmp(options->name, word, len))
			return options;
	return NULL;
}

static void options_list(const struct option_def *options)
{
	for (; options->name; options++)
		printf("--%s%s\n", options->name, options->string ? "=" : "");
}

int options_parse(int argc, char **argv, const struct option_def *options,
		  const char **words, int max_words, struct error *e)
{
	int n = 0;

	if (argc == 2 && !strcmp(argv[1], "--options")) {
		options_list(options);
		return CMD_LISTED;
	}
	for (int i = 1; i < argc; i++) {
		const struct option_def *o;
		const char *word = argv[i], *value;

		if (word[0] != '-') {
			if (n == max_words) {
				error_set(e, EINVAL,
					  "'%s' is one word too many", word);
				return CMD_USAGE;
			}
			words[n++] = word;
			continue;
		}
		value = strchr(word, '=');
		o = strncmp(word, "--", 2) ?
			    NULL :
			    option_find(options, word + 2,
					value ? (size_t)(value - word) - 2 :
						strlen(word) - 2);
		if (!o || (value && !o->string)) {
			error_set(e, EINVAL, "unknown option '%s'", word);
			return CMD_USAGE;
		}
		if (o->flag)
			*o->flag = true;
		if (!o->string)
			continue;
		if (value) {
			value++;
		} else if (i + 1 < argc && (!o->flag || argv[i + 1][0] != '-' ||
					    !argv[i + 1][1])) {
			value = argv[++i];
		} else if (o->flag) {
			continue;
		} else {
			error_set(e, EINVAL, "--%s wants a value", o->name);
			return CMD_USAGE;
		}
		*o->string = value;
	}
	return n;
}

int option_number(const char *option, const char *text, uint32_t lowest,
		  uint32_t highest, uint32_t *number, struct error *e)
{
	unsigned long value;
	char *end;

	if (!text)
		return 0;
	errno = 0;
	value = strtoul(text, &end, 10);
	/* strtoul takes a minus, and wraps around. */
	if (errno || *end || *text < '0' || *text > '9' || value < lowest ||
	    value > highest) {
		error_set(e, EINVAL,
			  "--%s %s: a number from %u to %u is wanted", option,
			  text, lowest, highest);
		return CMD_USAGE;
	}
	*number = value;
	return 0;
}

int options_take(int *argc, char **argv, const char *name, const char **values,
		 int max, struct error *e)
{
	size_t len = strlen(name);
	int n = 0, kept = 0;

	if (*argc == 2 && !strcmp(argv[1], "--options"))
		printf("--%s=\n", name);
	for (int i = 0; i < *argc; i++) {
		const char *word = argv[i], *rest = word + 2 + len;

		if (strncmp(word, "--", 2) || strncmp(word + 2, name, len) ||
		    (*rest && *rest != '=')) {
			argv[kept++] = argv[i];
			continue;
		}
		if (!*rest && i + 1 == *argc) {
			error_set(e, EINVAL, "--%s wants a value", name);
			return CMD_USAGE;
		}
		if (n == max) {
			error_set(e, EINVAL, "--%s more than %d times", name,
				  max);
			return CMD_USAGE;
		}
		values[n++] = *rest ? rest + 1 : argv[++i];
	}
	*argc = kept;
	return n;
}
