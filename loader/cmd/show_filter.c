// SPDX-License-Identifier: GPL-2.0-only
/* One switch, router or port out of the tree. */
#include <string.h>

#include "cmd/show.h"
#include "cmd/show_text.h"

static bool is_named(const json_t *o, const char *name)
{
	return !strcmp(tree_text(o, "name"), name);
}

/* The datapath as it is if it has that name, else with the one port that
 * has, or NULL. */
static json_t *datapath_filter(json_t *dp, const char *name)
{
	json_t *kept = NULL, *port;
	size_t i;

	if (is_named(dp, name))
		return json_incref(dp);
	json_array_foreach(json_object_get(dp, "ports"), i, port)
	{
		if (!is_named(port, name))
			continue;
		kept = json_pack("{s:O, s:O, s:[O]}", "name",
				 json_object_get(dp, "name"), "key",
				 json_object_get(dp, "key"), "ports", port);
		break;
	}
	return kept;
}

json_t *show_filter(const json_t *root, const char *name)
{
	static const char *const kinds[] = {"switches", "routers"};
	json_t *found = json_object(), *dp;
	bool is_empty = true;

	json_object_set(found, "own_chassis",
			json_object_get(root, "own_chassis"));
	for (size_t k = 0; k < 2; k++) {
		json_t *list = json_array();
		size_t i;

		json_array_foreach(json_object_get(root, kinds[k]), i, dp)
		{
			json_t *kept = datapath_filter(dp, name);

			if (kept)
				json_array_append_new(list, kept);
		}
		is_empty = is_empty && !json_array_size(list);
		json_object_set_new(found, kinds[k], list);
	}
	if (is_empty) {
		json_decref(found);
		return NULL;
	}
	return found;
}
