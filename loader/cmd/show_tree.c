// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/show_tree.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

json_t *json_ip(const __u8 *ip)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, ip, text, sizeof(text));
	return json_string(text);
}

json_t *json_network(const __u8 *ip, unsigned int plen)
{
	char text[INET_ADDRSTRLEN];

	inet_ntop(AF_INET, ip, text, sizeof(text));
	return json_sprintf("%s/%u", text, plen);
}

json_t *json_mac(const __u8 *m)
{
	return json_sprintf("%02x:%02x:%02x:%02x:%02x:%02x", m[0], m[1], m[2],
			    m[3], m[4], m[5]);
}

static int by_sort_key(const void *a, const void *b)
{
	const json_t *x = *(json_t *const *)a, *y = *(json_t *const *)b;

	return strcmp(json_string_value(json_object_get(x, "sort")),
		      json_string_value(json_object_get(y, "sort")));
}

/* Orders an array of objects by their member "sort", which is removed. */
static json_t *array_sort(json_t *array)
{
	size_t n = json_array_size(array);
	json_t **items = calloc(n ? n : 1, sizeof(*items));
	json_t *sorted = json_array();

	for (size_t i = 0; items && i < n; i++)
		items[i] = json_array_get(array, i);
	if (items)
		qsort(items, n, sizeof(*items), by_sort_key);
	for (size_t i = 0; items && i < n; i++) {
		json_object_del(items[i], "sort");
		json_array_append(sorted, items[i]);
	}
	free(items);
	json_decref(array);
	return sorted;
}

json_t *tree_array(json_t *object, const char *name)
{
	json_t *array = json_object_get(object, name);

	if (!array) {
		array = json_array();
		json_object_set_new(object, name, array);
	}
	return array;
}

void tree_add(json_t *object, const char *name, json_t *item, json_t *sort)
{
	json_object_set_new(item, "sort", sort);
	json_array_append_new(tree_array(object, name), item);
}

const char *datapath_name(struct collection *c, __u32 key)
{
	struct datapath_key dkey = {.datapath = key};
	struct datapath_val *val = image_find(&c->img, IMAGE_DATAPATH, &dkey);

	return val ? val->name : "?";
}

json_t *tree_find(json_t *index, __u32 datapath, __u32 port)
{
	char key[32];

	snprintf(key, sizeof(key), "%u/%u", datapath, port);
	return json_object_get(index, key);
}

void tree_set(json_t *index, __u32 datapath, __u32 port, json_t *object)
{
	char key[32];

	snprintf(key, sizeof(key), "%u/%u", datapath, port);
	json_object_set(index, key, object);
}

void tree_sort(json_t *o)
{
	const char *name;
	json_t *value, *item;
	size_t i;
	void *next;

	json_object_foreach_safe(o, next, name, value)
	{
		if (!json_is_array(value) ||
		    !json_object_get(json_array_get(value, 0), "sort"))
			continue;
		json_array_foreach(value, i, item) tree_sort(item);
		json_object_set_new(o, name, array_sort(json_incref(value)));
	}
}
