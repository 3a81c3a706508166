// SPDX-License-Identifier: GPL-2.0-only
/* Values in OVSDB's JSON (RFC 7047, 5.1). */
#include "client.h"

#include <errno.h>

json_t *ovsdb_json_uuid(const uint8_t uuid[16])
{
	char text[37];

	ovsdb_uuid_format(uuid, text);
	return json_pack("[s, s]", "uuid", text);
}

json_t *ovsdb_json_named(const char *uuid_name)
{
	return json_pack("[s, s]", "named-uuid", uuid_name);
}

json_t *ovsdb_json_set(void)
{
	return json_pack("[s, []]", "set");
}

json_t *ovsdb_json_map(void)
{
	return json_pack("[s, []]", "map");
}

int ovsdb_json_set_add(json_t *set, json_t *value)
{
	return json_array_append_new(json_array_get(set, 1), value) ? -ENOMEM :
								      0;
}

int ovsdb_json_map_add(json_t *map, const char *key, json_t *value)
{
	return ovsdb_json_set_add(map, json_pack("[s, o]", key, value));
}
