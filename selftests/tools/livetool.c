// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pin directory kept open as the agent does it, for tests: reads commands,
 * one a line, and answers each with a line.
 *
 *   livetool DIR NODE PLACEMENT
 *   apply NB            the whole network; "writes N"
 *   part NB             only what differs between it and the last one applied
 *   vif IFACE LSP       attach, bound by the next apply;  unvif IFACE
 *   underlay IFACE|none [MODE];  networks [NETWORK=IFACE ...]
 *   vifs;  remove;  quit
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "cmd/files.h"
#include "sync/conntrack.h"
#include "sync/live.h"

#define VIFS_MAX 64
#define WORDS_MAX 16

struct tool {
	struct live *live;
	const char *node, *placement;
	struct compile_binding vif[VIFS_MAX];
	size_t n_vifs;
	struct compile_output last; /* what was applied */
	bool has_last;
	struct error e;
};

static int tool_compile(struct tool *t, const char *file,
			struct compile_output *out)
{
	struct network_files files = {.nb = file, .placement = t->placement};
	struct compile_input in = {.chassis = t->node,
				   .bindings = t->vif,
				   .n_bindings = t->n_vifs};
	struct compile_mapping *mappings = NULL;
	struct chassis_val *present = NULL;
	struct placement placement = {0};
	struct nb nb = {0};
	int err = network_files_read(&files, &nb, &placement, &t->e);

	if (!err)
		err = live_mappings(t->live, &mappings, &in.n_mappings, &t->e);
	if (!err)
		err = live_chassis(t->live, &present, &t->e);
	in.nb = &nb;
	in.placement = &placement;
	in.mappings = mappings;
	in.present_chassis = present;
	if (!err)
		err = compile(&in, out, &t->e);
	free(mappings);
	free(present);
	nb_free(&nb);
	placement_free(&placement);
	return err;
}

static void tool_forget(struct tool *t)
{
	if (t->has_last)
		compile_output_free(&t->last);
	t->has_last = false;
}

static int tool_apply(struct tool *t, const char *file)
{
	struct apply_result result;
	struct compile_output out;
	int err = tool_compile(t, file, &out);

	if (err)
		return err;
	err = live_apply(t->live, &out, &result, &t->e);
	tool_forget(t);
	t->last = out;
	t->has_last = true;
	if (!err)
		printf("writes %zu\n", result.n_writes);
	return err;
}

static int tool_vif(struct tool *t, const char *ifname, const char *lsp)
{
	struct compile_binding *b = &t->vif[t->n_vifs];
	int err;

	if (t->n_vifs == VIFS_MAX)
		return error_set(&t->e, E2BIG, "too many");
	memset(b, 0, sizeof(*b));
	err = live_vif_attach(t->live, ifname, &b->ifindex, &b->is_peer, &t->e);
	if (err)
		return err;
	snprintf(b->ifname, sizeof(b->ifname), "%s", ifname);
	name_store(b->lsp, lsp);
	t->n_vifs++;
	printf("ifindex %u\n", b->ifindex);
	return 0;
}

static int tool_unvif(struct tool *t, const char *ifname)
{
	for (size_t i = 0; i < t->n_vifs; i++) {
		uint32_t ifindex = t->vif[i].ifindex;

		if (strcmp(t->vif[i].ifname, ifname))
			continue;
		t->vif[i] = t->vif[--t->n_vifs];
		puts("gone");
		return live_vif_detach(t->live, ifindex, &t->e);
	}
	return error_set(&t->e, ENOENT, "%s: not attached here", ifname);
}

/* What is there from an earlier run. */
static int tool_vifs(struct tool *t)
{
	struct compile_binding *list;
	size_t n;
	int err = live_vifs(t->live, &list, &n, &t->e);

	if (err)
		return err;
	t->n_vifs = n < VIFS_MAX ? n : VIFS_MAX;
	memcpy(t->vif, list, t->n_vifs * sizeof(*list));
	free(list);
	printf("vifs %zu", n);
	for (size_t i = 0; i < t->n_vifs; i++)
		printf(" %s=%s", t->vif[i].ifname, t->vif[i].lsp);
	putchar('\n');
	return 0;
}

static enum attach_mode mode_of(const char *text)
{
	return text && !strcmp(text, "native") ? ATTACH_NATIVE :
	       text && !strcmp(text, "tc")     ? ATTACH_TC :
						 ATTACH_AUTO;
}

static int tool_networks(struct tool *t, char **word, size_t n)
{
	struct live_network list[WORDS_MAX];
	int err;

	for (size_t i = 0; i < n; i++) {
		char *ifname = strchr(word[i], '=');

		if (!ifname)
			return error_set(&t->e, EINVAL, "NETWORK=IFACE");
		*ifname++ = '\0';
		list[i] = (struct live_network){word[i], ifname};
	}
	err = live_set_networks(t->live, list, n, ATTACH_AUTO, &t->e);
	if (!err)
		puts("set");
	return err;
}

static int tool_underlay(struct tool *t, const char *ifname, const char *mode)
{
	int err = live_set_underlay(t->live,
				    strcmp(ifname, "none") ? ifname : NULL,
				    mode_of(mode), &t->e);

	if (!err)
		puts("set");
	return err;
}

static int tool_remove(struct tool *t)
{
	int err = live_remove(t->live, &t->e);

	if (!err)
		puts("removed");
	return err;
}

static int tool_command(struct tool *t, char *line)
{
	char *word[WORDS_MAX + 1] = {0};
	size_t n = 0;

	for (char *p = strtok(line, " \n"); p && n < WORDS_MAX;
	     p = strtok(NULL, " \n"))
		word[n++] = p;
	if (n == 2 && !strcmp(word[0], "apply"))
		return tool_apply(t, word[1]);
	if (n == 3 && !strcmp(word[0], "vif"))
		return tool_vif(t, word[1], word[2]);
	if (n == 2 && !strcmp(word[0], "unvif"))
		return tool_unvif(t, word[1]);
	if (n == 1 && !strcmp(word[0], "vifs"))
		return tool_vifs(t);
	if (n >= 2 && !strcmp(word[0], "underlay"))
		return tool_underlay(t, word[1], word[2]);
	if (n >= 1 && !strcmp(word[0], "networks"))
		return tool_networks(t, word + 1, n - 1);
	if (n == 1 && !strcmp(word[0], "remove"))
		return tool_remove(t);
	return error_set(&t->e, EINVAL, "what?");
}

/* Unbuffered, so that what was read is what poll() does not see any more. */
static bool read_line(char *line, size_t size)
{
	size_t n = 0;

	while (n + 1 < size && read(STDIN_FILENO, line + n, 1) == 1)
		if (line[n++] == '\n')
			break;
	line[n] = '\0';
	return n && strcmp(line, "quit\n") != 0;
}

static void tool_loop(struct tool *t)
{
	char line[1024];

	for (;;) {
		struct waits w;

		live_run(t->live);
		waits_init(&w);
		waits_fd(&w, STDIN_FILENO, POLLIN);
		live_wait(t->live, &w);
		if (waits_block(&w) || !(w.fds[0].revents & (POLLIN | POLLHUP)))
			continue;
		if (!read_line(line, sizeof(line)))
			return;
		if (tool_command(t, line))
			printf("error: %s\n", t->e.text);
		fflush(stdout);
	}
}

int main(int argc, char **argv)
{
	struct apply_options options = {
		.limits = {.max_ports = 1024, .ct_max = CT_MAX_LOWEST}};
	struct tool t = {0};

	if (argc != 4) {
		fprintf(stderr, "usage: livetool DIR NODE PLACEMENT\n");
		return 2;
	}
	t.node = argv[2];
	t.placement = argv[3];
	if (ct_timeouts_parse(NULL, options.ct_timeout, &t.e) ||
	    live_open(argv[1], &options, &t.live, &t.e)) {
		printf("error: %s\n", t.e.text);
		return 1;
	}
	puts("open");
	fflush(stdout);
	tool_loop(&t);
	tool_forget(&t);
	live_close(t.live);
	return 0;
}
