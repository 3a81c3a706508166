// SPDX-License-Identifier: GPL-2.0-only
/* Finding records of map "attachment". */
#include <bpf/bpf.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "sync/attachment.h"

struct list_context {
	struct attachment *list;
	size_t n, capacity;
};

static int list_add(const void *key, const void *val, void *arg)
{
	const struct attachment_key *k = key;
	struct list_context *c = arg;

	if (c->n == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 16;
		void *p = reallocarray(c->list, capacity, sizeof(*c->list));

		if (!p)
			return -ENOMEM;
		c->list = p;
		c->capacity = capacity;
	}
	c->list[c->n].ifindex = k->ifindex;
	c->list[c->n++].val = *(const struct attachment_val *)val;
	return 0;
}

int attachment_list(const struct state *s, struct attachment **list, size_t *n,
		    struct error *e)
{
	struct list_context c = {0};
	int fd = s->map_fd[MAP_ATTACHMENT], err = 0;

	if (fd >= 0)
		err = map_for_each(fd, sizeof(struct attachment_key),
				   sizeof(struct attachment_val), list_add, &c);
	*list = c.list;
	*n = c.n;
	if (err)
		return error_set(e, -err, "%s/attachment: cannot read: %s",
				 s->dir, strerror(-err));
	return 0;
}

int attachment_find(const struct state *s, uint32_t ifindex,
		    struct attachment *a)
{
	struct attachment_key key = {ifindex};

	a->ifindex = ifindex;
	return bpf_map_lookup_elem(s->map_fd[MAP_ATTACHMENT], &key, &a->val) ?
		       -errno :
		       0;
}

bool attachment_is_underlay(const struct attachment_val *val)
{
	return val->role == ATTACHMENT_UNDERLAY ||
	       val->role == ATTACHMENT_UNDERLAY_LOCALNET;
}

bool attachment_is_localnet(const struct attachment_val *val)
{
	return val->role == ATTACHMENT_LOCALNET ||
	       val->role == ATTACHMENT_UNDERLAY_LOCALNET;
}

const char *attachment_role_text(const struct attachment_val *val,
				 char text[ATTACHMENT_ROLE_TEXT])
{
	bool is_localnet = attachment_is_localnet(val);

	snprintf(text, ATTACHMENT_ROLE_TEXT, "%s%s%s",
		 !attachment_is_underlay(val) ? "" :
		 is_localnet		      ? "underlay and " :
						"underlay",
		 is_localnet ? "localnet " : "",
		 is_localnet ? val->network : "");
	return text;
}

static bool match_name(const struct attachment_val *val, const char *ifname)
{
	return !strcmp(val->ifname, ifname);
}

static bool match_underlay(const struct attachment_val *val, const char *none)
{
	(void)none;
	return attachment_is_underlay(val);
}

static bool match_network(const struct attachment_val *val, const char *network)
{
	return attachment_is_localnet(val) &&
	       !strncmp(val->network, network, XOVN_NAME_LEN);
}

static int attachment_search(const struct state *s,
			     bool (*match)(const struct attachment_val *val,
					   const char *name),
			     const char *name, struct attachment *a)
{
	struct attachment *list;
	struct error ignored;
	size_t n;
	int err = attachment_list(s, &list, &n, &ignored);

	if (!err)
		err = -ENOENT;
	for (size_t i = 0; i < n && err == -ENOENT; i++) {
		if (!match(&list[i].val, name))
			continue;
		*a = list[i];
		err = 0;
	}
	free(list);
	return err;
}

int attachment_find_name(const struct state *s, const char *ifname,
			 struct attachment *a)
{
	return attachment_search(s, match_name, ifname, a);
}

int attachment_find_underlay(const struct state *s, struct attachment *a)
{
	return attachment_search(s, match_underlay, NULL, a);
}

int attachment_find_network(const struct state *s, const char *network,
			    struct attachment *a)
{
	return attachment_search(s, match_network, network, a);
}
