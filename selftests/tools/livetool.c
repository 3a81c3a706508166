// SPDX-License-Identifier: GPL-2.0-only
/*
 * A pin directory kept open as the agent does it, for tests: reads commands,
 * one a line, and answers each with a line.
 *
 *   livetool DIR NODE PLACEMENT
 *   apply NB            the whole network; "writes N"
 *   part NB             only what differs between it and the last one applied
 *   neighbor DATAPATH PORT IP MAC
 *                       the one entry of an owner of its own; "generation +N"
 *   vif IFACE LSP       attach, bound by the next apply;  unvif IFACE
 *   underlay IFACE|none [MODE];  networks [NETWORK=IFACE ...]
 *   vifs;  remove;  quit
 */
#include <arpa/inet.h>
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
	struct compile_output last; /* of what was applied, as compiled */
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

static int tool_keep(struct tool *t, const char *file)
{
	tool_forget(t);
	t->has_last = !tool_compile(t, file, &t->last);
	return t->has_last ? 0 : -EINVAL;
}

static int tool_apply(struct tool *t, const char *file)
{
	struct apply_result result;
	struct compile_output out;
	int err = tool_compile(t, file, &out);

	if (err)
		return err;
	err = live_apply(t->live, &out, &result, &t->e);
	compile_output_free(&out);
	if (!err)
		err = tool_keep(t, file);
	if (!err)
		printf("writes %zu\n", result.n_writes);
	return err;
}

struct owners {
	uint64_t list[4096];
	size_t n;
};

static bool owners_have(const struct owners *o, uint64_t owner)
{
	for (size_t i = 0; i < o->n; i++)
		if (o->list[i] == owner)
			return true;
	return false;
}

/* Whose entries are not the same in the other image. */
static void find_owners(const struct image *img, const struct image *other,
			struct owners *o)
{
	for (int id = 0; id < IMAGE_TABLE_COUNT; id++) {
		const struct image_table *t = &img->table[id];

		for (size_t i = 0; i < t->n; i++) {
			const uint8_t *key = image_entry(t, i);
			size_t k = image_number(other, id, key);
			uint64_t owner = image_owner(t, i);

			if (k != IMAGE_NONE &&
			    image_owner(&other->table[id], k) == owner &&
			    !memcmp(key, image_entry(&other->table[id], k),
				    t->key_size + t->val_size))
				continue;
			if (!owners_have(o, owner) && o->n < 4096)
				o->list[o->n++] = owner;
		}
	}
}

static int cut(const struct image *img, const struct owners *o,
	       struct image *part)
{
	int err = image_init(part);

	for (int id = 0; id < IMAGE_TABLE_COUNT && !err; id++) {
		const struct image_table *t = &img->table[id];

		for (size_t i = 0; i < t->n && !err; i++) {
			const uint8_t *key = image_entry(t, i);

			if (owners_have(o, image_owner(t, i)))
				err = image_add_owned(part, id,
						      image_owner(t, i), key,
						      key + t->key_size, NULL);
		}
	}
	return err;
}

static int by_number(const void *a, const void *b)
{
	uint64_t x = *(const uint64_t *)a, y = *(const uint64_t *)b;

	return x < y ? -1 : x > y;
}

static int tool_part(struct tool *t, const char *file)
{
	static struct owners owners;
	struct apply_result result;
	struct compile_output out;
	struct image part;
	int err;

	if (!t->has_last)
		return error_set(&t->e, EINVAL, "apply comes first");
	err = tool_compile(t, file, &out);
	if (err)
		return err;
	owners.n = 0;
	find_owners(&out.image, &t->last.image, &owners);
	find_owners(&t->last.image, &out.image, &owners);
	qsort(owners.list, owners.n, sizeof(owners.list[0]), by_number);
	err = cut(&out.image, &owners, &part);
	compile_output_free(&out);
	if (!err)
		err = live_apply_part(t->live, owners.list, owners.n, &part,
				      &result, &t->e);
	image_free(&part);
	if (!err)
		err = tool_keep(t, file);
	if (!err)
		printf("writes %zu\n", result.n_writes);
	return err;
}

static int tool_neighbor(struct tool *t, char **word)
{
	const uint64_t owner = 9ull << 32;
	uint32_t generation = live_state(t->live)->config.generation;
	struct neighbor_key key = {.datapath = strtoul(word[0], NULL, 0),
				   .port = strtoul(word[1], NULL, 0)};
	struct neighbor_val val = {0};
	struct apply_result result;
	struct image part;
	int err;

	if (inet_pton(AF_INET, word[2], key.ip) != 1 ||
	    sscanf(word[3], "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &val.mac[0],
		   &val.mac[1], &val.mac[2], &val.mac[3], &val.mac[4],
		   &val.mac[5]) != 6)
		return error_set(&t->e, EINVAL, "IP MAC");
	err = image_init(&part);
	if (!err)
		err = image_add_owned(&part, IMAGE_NEIGHBOR, owner, &key, &val,
				      NULL);
	if (!err)
		err = live_apply_part(t->live, &owner, 1, &part, &result,
				      &t->e);
	image_free(&part);
	if (!err)
		printf("generation +%u\n",
		       live_state(t->live)->config.generation - generation);
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
	if (n == 2 && !strcmp(word[0], "part"))
		return tool_part(t, word[1]);
	if (n == 5 && !strcmp(word[0], "neighbor"))
		return tool_neighbor(t, word + 1);
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
	struct apply_options options = {.share = LIMIT_OPTIONS_DEFAULT,
					.limits = {.max_ports = 1024,
						   .ct_max = CT_MAX_LOWEST}};
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
