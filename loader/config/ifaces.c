// SPDX-License-Identifier: GPL-2.0-only
/* Lines of [snapshot] that name an interface. */
#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "config/parts.h"

static const struct {
	const char *key, *wanted;
	size_t n_words; /* without MODE */
	bool has_mode;
} forms[] = {
	[HOST_UNDERLAY] = {"underlay", "IFACE [auto|native|tc]", 1, true},
	[HOST_LOCALNET] = {"localnet", "IFACE NETWORK [auto|native|tc]", 2,
			   true},
	[HOST_VIF] = {"bind", "IFACE LSP", 2, false},
};

static int name_check(struct config_reader *r, const char *name)
{
	if (strlen(name) >= IFNAMSIZ || strchr(name, '/'))
		return config_refuse(r, EINVAL,
				     "'%.100s' is no name of an interface, "
				     "which has at most %d bytes and no slash",
				     name, IFNAMSIZ - 1);
	return 0;
}

static int iface_append(struct config_reader *r, struct host_iface *new,
			const char *target)
{
	size_t n = r->c->snapshot.n_ifaces;
	struct host_iface *list =
		reallocarray(r->c->snapshot.ifaces, n + 1, sizeof(*list));

	if (!list)
		return config_refuse(r, ENOMEM, "out of memory");
	r->c->snapshot.ifaces = list;
	if (target) {
		new->target = strdup(target);
		if (!new->target)
			return config_refuse(r, ENOMEM, "out of memory");
	}
	list[n] = *new;
	r->c->snapshot.n_ifaces++;
	return 0;
}

int config_iface_add(struct config_reader *r, enum host_iface_role role,
		     char *value)
{
	struct host_iface new = {.role = role, .line = r->line};
	size_t n = 0, n_words = forms[role].n_words;
	char *words[4], *rest = NULL;
	int err;

	for (char *w = strtok_r(value, CONFIG_SPACE, &rest); w && n < 4;
	     w = strtok_r(NULL, CONFIG_SPACE, &rest))
		words[n++] = w;
	if (n < n_words || n > n_words + forms[role].has_mode)
		return config_refuse(r, EINVAL, "\"%s = %s\" is wanted",
				     forms[role].key, forms[role].wanted);
	if (n > n_words && attach_mode_find(words[n_words], &new.mode))
		return config_refuse(r, EINVAL,
				     "mode '%.100s': auto, native or tc is "
				     "wanted",
				     words[n_words]);
	err = name_check(r, words[0]);
	if (err)
		return err;
	strcpy(new.name, words[0]);
	return iface_append(r, &new, n_words > 1 ? words[1] : NULL);
}

/* An interface has one mode for both roles. */
static int modes_agree(struct config_reader *r, struct host_iface *a,
		       struct host_iface *b)
{
	if (a->mode == ATTACH_AUTO)
		a->mode = b->mode;
	if (b->mode == ATTACH_AUTO)
		b->mode = a->mode;
	if (a->mode == b->mode)
		return 0;
	return config_refuse(r, EINVAL,
			     "%s has another mode on line %u, and an interface "
			     "has one for both",
			     b->name, a->line);
}

/* a stands above b. */
static int pair_check(struct config_reader *r, struct host_iface *a,
		      struct host_iface *b)
{
	r->line = b->line;
	if (a->role == HOST_UNDERLAY && b->role == HOST_UNDERLAY)
		return config_refuse(r, EINVAL,
				     "the underlay is on line %u already, and "
				     "there is one per host",
				     a->line);
	if (a->role == b->role && !strcmp(a->target, b->target))
		return config_refuse(r, EINVAL,
				     "%.100s is on line %u already; keep one "
				     "of them",
				     b->target, a->line);
	if (strcmp(a->name, b->name))
		return 0;
	if (a->role == b->role || a->role == HOST_VIF || b->role == HOST_VIF)
		return config_refuse(r, EINVAL,
				     "%s is on line %u already; keep one of "
				     "them",
				     b->name, a->line);
	return modes_agree(r, a, b);
}

static int compare_lines(const struct host_iface *x, const struct host_iface *y)
{
	return (x->line > y->line) - (x->line < y->line);
}

static int compare_names(const void *a, const void *b)
{
	const struct host_iface *x = *(struct host_iface *const *)a;
	const struct host_iface *y = *(struct host_iface *const *)b;
	int order = strcmp(x->name, y->name);

	if (!order)
		order = (x->role > y->role) - (x->role < y->role);
	return order ? order : compare_lines(x, y);
}

static int compare_targets(const void *a, const void *b)
{
	const struct host_iface *x = *(struct host_iface *const *)a;
	const struct host_iface *y = *(struct host_iface *const *)b;
	int order = (x->role > y->role) - (x->role < y->role);

	if (!order && x->target)
		order = strcmp(x->target, y->target);
	return order ? order : compare_lines(x, y);
}

static int compare_roles(const void *a, const void *b)
{
	const struct host_iface *x = a, *y = b;

	return x->role != y->role ? (x->role > y->role) - (x->role < y->role) :
				    compare_lines(x, y);
}

/* What must differ is neighbors, once sorted: a host may have thousands. */
static int neighbors_check(struct config_reader *r, struct host_iface **sorted,
			   size_t n,
			   int (*compare)(const void *a, const void *b))
{
	int err = 0;

	qsort(sorted, n, sizeof(*sorted), compare);
	for (size_t i = 1; i < n && !err; i++) {
		struct host_iface *a = sorted[i - 1], *b = sorted[i];

		err = a->line < b->line ? pair_check(r, a, b) :
					  pair_check(r, b, a);
	}
	return err;
}

int config_ifaces_end(struct config_reader *r)
{
	struct host_iface *list = r->c->snapshot.ifaces, **sorted;
	size_t n = r->c->snapshot.n_ifaces;
	int err;

	if (!n)
		return 0;
	sorted = calloc(n, sizeof(*sorted));
	if (!sorted)
		return error_set(r->e, ENOMEM, "%s: out of memory", r->path);
	for (size_t i = 0; i < n; i++)
		sorted[i] = &list[i];
	err = neighbors_check(r, sorted, n, compare_names);
	if (!err)
		err = neighbors_check(r, sorted, n, compare_targets);
	free(sorted);
	if (!err)
		qsort(list, n, sizeof(*list), compare_roles);
	return err;
}
