// SPDX-License-Identifier: GPL-2.0-only
#include "sync/upgrade_step.h"

#include <string.h>

#include "maps.h"

/* By layout, ascending.  None leads from 2: it was another set of maps, which
 * no release has had. */
static const struct upgrade_step steps[] = {
	{3, NULL}, /* 4 only has more maps */
	{0},
};

static const struct upgrade_step *find_step(uint32_t layout)
{
	for (const struct upgrade_step *s = steps; s->layout; s++)
		if (s->layout == layout)
			return s;
	return NULL;
}

static const struct upgrade_map *find_map(uint32_t layout, enum map_id id)
{
	const struct upgrade_step *s = find_step(layout);
	const struct upgrade_map *m = s ? s->maps : NULL;

	for (; m && m->name; m++)
		if (!strcmp(m->name, map_definitions[id].name))
			return m;
	return NULL;
}

bool upgrade_is_known(uint32_t layout)
{
	if (!layout || layout >= XOVN_LAYOUT_VERSION)
		return false;
	for (; layout < XOVN_LAYOUT_VERSION; layout++)
		if (!find_step(layout))
			return false;
	return true;
}

bool upgrade_is_changed(uint32_t layout, enum map_id id)
{
	for (; layout < XOVN_LAYOUT_VERSION; layout++)
		if (find_map(layout, id))
			return true;
	return false;
}

bool upgrade_is_emptied(uint32_t layout, enum map_id id)
{
	for (; layout < XOVN_LAYOUT_VERSION; layout++) {
		const struct upgrade_map *m = find_map(layout, id);

		if (m && !m->convert)
			return true;
	}
	return false;
}

void upgrade_sizes(uint32_t layout, enum map_id id, uint32_t *key_size,
		   uint32_t *val_size)
{
	*key_size = map_definitions[id].key_size;
	*val_size = map_definitions[id].val_size;
	for (; layout < XOVN_LAYOUT_VERSION; layout++) {
		const struct upgrade_map *m = find_map(layout, id);

		if (!m)
			continue;
		*key_size = m->key_size;
		*val_size = m->val_size;
		return;
	}
}

void upgrade_entry(uint32_t layout, enum map_id id, const void *old_key,
		   const void *old_val, void *key, void *val)
{
	struct entry {
		uint64_t key[UPGRADE_ENTRY_MAX / 8];
		uint64_t val[UPGRADE_ENTRY_MAX / 8];
	} entry[2];
	uint32_t key_size, val_size;
	int i = 0;

	upgrade_sizes(layout, id, &key_size, &val_size);
	memcpy(entry[0].key, old_key, key_size);
	memcpy(entry[0].val, old_val, val_size);
	for (; layout < XOVN_LAYOUT_VERSION; layout++) {
		const struct upgrade_map *m = find_map(layout, id);

		if (!m || !m->convert)
			continue;
		upgrade_sizes(layout + 1, id, &key_size, &val_size);
		memset(entry[!i].key, 0, key_size);
		memset(entry[!i].val, 0, val_size);
		m->convert(entry[i].key, entry[i].val, entry[!i].key,
			   entry[!i].val);
		i = !i;
	}
	memcpy(key, entry[i].key, map_definitions[id].key_size);
	memcpy(val, entry[i].val, map_definitions[id].val_size);
}
