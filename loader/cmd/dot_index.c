// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/dot_index.h"

#include <string.h>

#include "cmd/dot.h"
#include "cmd/show_text.h"

json_t *picture_get(const json_t *o, json_int_t n)
{
	char name[24];

	snprintf(name, sizeof(name), "%" JSON_INTEGER_FORMAT, n);
	return json_object_get(o, name);
}

static void set_number(json_t *o, json_int_t n, json_t *value)
{
	char name[24];

	snprintf(name, sizeof(name), "%" JSON_INTEGER_FORMAT, n);
	json_object_set_new(o, name, value);
}

static json_int_t host_of(const struct picture *p, const json_t *o)
{
	const json_t *host = json_object_get(p->host, tree_text(o, "chassis"));

	return host ? json_integer_value(host) : DOT_NOWHERE;
}

json_int_t picture_site(const struct picture *p, const json_t *dp)
{
	return json_integer_value(picture_get(p->site, tree_number(dp, "key")));
}

const json_t *picture_router(const struct picture *p, const json_t *port)
{
	return picture_get(p->router, tree_number(port, "router_key"));
}

static void index_routers(struct picture *p)
{
	json_t *router, *port;
	size_t i, j;

	json_array_foreach(json_object_get(p->root, "routers"), i, router)
	{
		set_number(p->site, tree_number(router, "key"),
			   json_integer(host_of(p, router)));
		set_number(p->router, tree_number(router, "key"),
			   json_incref(router));
		json_array_foreach(json_object_get(router, "ports"), j, port)
			json_object_set_new(p->lrp, tree_text(port, "name"),
					    json_pack("[O, O]", router, port));
	}
}

static bool is_localnet(const json_t *port)
{
	return !strcmp(tree_text(port, "type"), "localnet");
}

/* A switch whose ports and gateway routers are all on one host is drawn
 * there. */
static json_int_t switch_site(const struct picture *p, const json_t *sw)
{
	json_int_t site = DOT_NOWHERE;
	const json_t *port;
	size_t i;

	json_array_foreach(json_object_get(sw, "ports"), i, port)
	{
		const json_t *router = picture_router(p, port);
		json_int_t at = router ? picture_site(p, router) :
					 host_of(p, port);

		/* A physical network is no host's. */
		if (!router && (at == DOT_NOWHERE || is_localnet(port)))
			continue;
		if (at == DOT_NOWHERE || (site != DOT_NOWHERE && at != site))
			return DOT_NOWHERE;
		site = at;
	}
	return site;
}

static void index_port(struct picture *p, const json_t *sw, json_t *port)
{
	json_int_t host = host_of(p, port);
	json_t *at = picture_get(p->ports, host), *list;

	if (!strcmp(tree_text(port, "type"), "router") || is_localnet(port))
		return;
	if (!at) {
		at = json_object();
		set_number(p->ports, host, at);
	}
	list = picture_get(at, tree_number(sw, "key"));
	if (!list) {
		list = json_array();
		set_number(at, tree_number(sw, "key"), list);
	}
	json_array_append(list, port);
}

static void index_switches(struct picture *p)
{
	json_t *sw, *port;
	size_t i, j;

	json_array_foreach(json_object_get(p->root, "switches"), i, sw)
	{
		set_number(p->site, tree_number(sw, "key"),
			   json_integer(switch_site(p, sw)));
		json_array_foreach(json_object_get(sw, "ports"), j, port)
		{
			const char *network = tree_text(port, "network");

			index_port(p, sw, port);
			if (*network && !json_object_get(p->network, network))
				json_object_set_new(
					p->network, network,
					json_integer(
						json_object_size(p->network)));
		}
	}
}

void picture_index(struct picture *p)
{
	const json_t *o;
	size_t i;

	p->own = DOT_NOWHERE;
	p->host = json_object();
	p->router = json_object();
	p->lrp = json_object();
	p->site = json_object();
	p->ports = json_object();
	p->network = json_object();
	json_array_foreach(json_object_get(p->root, "chassis"), i, o)
	{
		json_object_set_new(p->host, tree_text(o, "name"),
				    json_integer((json_int_t)i));
		if (tree_is(o, "own"))
			p->own = (json_int_t)i;
	}
	index_routers(p);
	index_switches(p);
}

void picture_free(struct picture *p)
{
	json_decref(p->host);
	json_decref(p->router);
	json_decref(p->lrp);
	json_decref(p->site);
	json_decref(p->ports);
	json_decref(p->network);
}
