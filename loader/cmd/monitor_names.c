// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/monitor.h"

#include <bpf/bpf.h>
#include <errno.h>
#include <string.h>

#include "compile/compile.h"
#include "sync/mapset.h"

static void datapath_name(const struct state *s, __u32 datapath,
			  char name[XOVN_NAME_LEN])
{
	struct datapath_key key = {datapath};
	struct datapath_val val;

	name[0] = '\0';
	if (datapath &&
	    !bpf_map_lookup_elem(s->map_fd[IMAGE_DATAPATH], &key, &val))
		memcpy(name, val.name, XOVN_NAME_LEN);
}

/* Keys of switch ports and of router ports are in different datapaths. */
static void port_name(const struct state *s, __u32 datapath, __u32 port,
		      char name[XOVN_NAME_LEN])
{
	struct port_key key = {datapath, port};
	struct lrp_key lrp_key = {datapath, port};
	struct port_val val;
	struct lrp_val lrp;

	name[0] = '\0';
	if (!port)
		return;
	if (!bpf_map_lookup_elem(s->map_fd[IMAGE_PORT], &key, &val))
		memcpy(name, val.name, XOVN_NAME_LEN);
	else if (!bpf_map_lookup_elem(s->map_fd[IMAGE_LRP], &lrp_key, &lrp))
		memcpy(name, lrp.name, XOVN_NAME_LEN);
}

void event_names_find(const struct state *s, const struct event *event,
		      struct event_names *names)
{
	datapath_name(s, event->datapath, names->datapath);
	port_name(s, event->datapath, event->port, names->port);
	datapath_name(s, event->in_datapath, names->in_datapath);
	port_name(s, event->in_datapath, event->in_port, names->in_port);
	if (!event->ifindex ||
	    !if_indextoname(event->ifindex, names->interface))
		names->interface[0] = '\0';
}

struct search {
	char name[XOVN_NAME_LEN];
	struct port_key found;
};

static int match_port(const void *key, const void *val, void *arg)
{
	const struct port_val *v = val;
	struct search *search = arg;

	if (strcmp(v->name, search->name))
		return 0;
	search->found = *(const struct port_key *)key;
	return 1;
}

static int match_lrp(const void *key, const void *val, void *arg)
{
	const struct lrp_key *k = key;
	const struct lrp_val *v = val;
	struct search *search = arg;

	if (strcmp(v->name, search->name))
		return 0;
	search->found = (struct port_key){k->datapath, k->port};
	return 1;
}

int monitor_port_find(const struct state *s, const char *name,
		      struct port_key *key, struct error *e)
{
	struct search search = {.name = ""};
	int ret;

	name_store(search.name, name);
	ret = map_for_each(s->map_fd[IMAGE_PORT], sizeof(struct port_key),
			   sizeof(struct port_val), match_port, &search);
	if (!ret)
		ret = map_for_each(s->map_fd[IMAGE_LRP], sizeof(struct lrp_key),
				   sizeof(struct lrp_val), match_lrp, &search);
	if (ret < 0)
		return error_set(e, -ret, "%s: reading the ports: %s", s->dir,
				 strerror(-ret));
	if (!ret)
		return error_set(e, ENOENT,
				 "--port %s: no logical port of that name; "
				 "xovn show lists them",
				 name);
	*key = search.found;
	return 0;
}
