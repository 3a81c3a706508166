// SPDX-License-Identifier: GPL-2.0-only
/* Connections out of the JSON of xovn ct list --json. */
#include <arpa/inet.h>
#include <errno.h>
#include <jansson.h>
#include <netinet/in.h>
#include <string.h>
#include <strings.h>

#include "compile/compile.h"
#include "sync/conntrack.h"
#include "trace/seed.h"

#define ICMP_ECHO_TYPE 8

struct seed_source {
	const char *path;
	size_t number; /* of the connection, from 1 */
	uint32_t now;
	struct error *e;
};

static int bad(const struct seed_source *f, const char *member,
	       const char *wanted)
{
	return error_set(f->e, EINVAL,
			 "--ct %s: connection %zu: \"%s\": %s is wanted, as "
			 "xovn ct list --json prints it",
			 f->path, f->number, member, wanted);
}

static int get_number(const struct seed_source *f, const json_t *o,
		      const char *member, json_int_t highest, json_int_t *n)
{
	const json_t *v = json_object_get(o, member);

	if (!json_is_integer(v) || json_integer_value(v) < 0 ||
	    json_integer_value(v) > highest)
		return bad(f, member, "a number");
	*n = json_integer_value(v);
	return 0;
}

static int get_address(const struct seed_source *f, const json_t *o,
		       const char *member, uint8_t ip[4])
{
	const char *text = json_string_value(json_object_get(o, member));

	if (!text || inet_pton(AF_INET, text, ip) != 1)
		return bad(f, member, "an IPv4 address");
	return 0;
}

/* A request has the id for a source port; its answer, turned round, for a
 * destination port (include/ct.h). */
static int get_icmp(const struct seed_source *f, const json_t *o, bool is_reply,
		    struct ct_tuple *t)
{
	json_int_t id;
	int ret = get_number(f, o, "id", 65535, &id);

	if (ret)
		return ret;
	t->sport = is_reply ? ICMP_ECHO_TYPE : id;
	t->dport = is_reply ? id : ICMP_ECHO_TYPE;
	return 0;
}

static int get_tuple(const struct seed_source *f, const json_t *root,
		     const char *member, uint8_t proto, struct ct_tuple *t)
{
	const json_t *o = json_object_get(root, member);
	json_int_t sport = 0, dport = 0;
	int ret;

	if (!json_is_object(o))
		return bad(f, member, "a tuple");
	t->proto = proto;
	ret = get_address(f, o, "src", t->src);
	if (!ret)
		ret = get_address(f, o, "dst", t->dst);
	if (!ret && proto == IPPROTO_ICMP)
		return get_icmp(f, o, !strcmp(member, "reply"), t);
	if (ret || (proto != IPPROTO_TCP && proto != IPPROTO_UDP &&
		    proto != IPPROTO_SCTP))
		return ret;
	ret = get_number(f, o, "sport", 65535, &sport);
	if (!ret)
		ret = get_number(f, o, "dport", 65535, &dport);
	t->sport = sport;
	t->dport = dport;
	return ret;
}

static int get_state(const struct seed_source *f, const json_t *o,
		     struct ct_val *val)
{
	const char *name = json_string_value(json_object_get(o, "state"));

	for (int i = CT_FREE + 1; name && i < CT_STATE_COUNT; i++)
		if (!strcasecmp(name, ct_states[i].name)) {
			val->state = i;
			return 0;
		}
	return bad(f, "state", "the name of a state");
}

static void get_flags(const json_t *o, struct ct_val *val)
{
	static const struct {
		const char *member;
		enum ct_flag flag;
	} flags[] = {{"seen_reply", CT_F_SEEN_REPLY},
		     {"snat", CT_F_SNAT},
		     {"dnat", CT_F_DNAT}};

	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++)
		if (json_is_true(json_object_get(o, flags[i].member)))
			val->flags |= flags[i].flag;
}

static int get_zone(const struct seed_source *f, const json_t *o,
		    struct seed *s)
{
	const char *zone = json_string_value(json_object_get(o, "zone"));
	const char *lb = json_string_value(json_object_get(o, "load_balancer"));
	json_int_t port;
	int ret = get_number(f, o, "zone_port", OVN_PORT_KEY_MAX, &port);

	if (ret)
		return ret;
	if (!zone || !*zone)
		return bad(f, "zone", "the name of a router or switch port");
	s->is_port = port;
	name_store(s->zone, zone);
	if (lb)
		name_store(s->lb, lb);
	return 0;
}

static int get_seed(const struct seed_source *f, const json_t *o,
		    struct seed *s)
{
	json_int_t proto, timeout = 0;
	int ret;

	ret = get_number(f, o, "proto_number", 255, &proto);
	if (!ret)
		ret = get_tuple(f, o, "orig", proto, &s->val.orig);
	if (!ret)
		ret = get_tuple(f, o, "reply", proto, &s->val.reply);
	if (!ret)
		ret = get_state(f, o, &s->val);
	if (!ret)
		ret = get_number(f, o, "timeout", INT32_MAX, &timeout);
	if (!ret)
		ret = get_zone(f, o, s);
	get_flags(o, &s->val);
	s->val.expires = f->now + timeout;
	return ret;
}

int seed_read_file(struct seed_list *l, const char *path, uint32_t now,
		   struct error *e)
{
	struct seed_source f = {.path = path, .now = now, .e = e};
	json_error_t json_error;
	json_t *root = json_load_file(path, 0, &json_error), *o;
	size_t i;
	int ret = 0;

	if (!root && json_error.line < 0) /* it was not even opened */
		return error_set(e, ENOENT, "--ct %s: %s", path,
				 json_error.text);
	if (!root)
		return error_set(e, EINVAL, "--ct %s: line %d: %s", path,
				 json_error.line, json_error.text);
	if (!json_is_array(root))
		ret = error_set(e, EINVAL,
				"--ct %s: is no list of connections; write it "
				"by xovn ct list --json",
				path);
	json_array_foreach(root, i, o)
	{
		struct seed *s;

		f.number = i + 1;
		if (ret)
			break;
		s = seed_add(l);
		ret = s ? get_seed(&f, o, s) :
			  error_set(e, ENOMEM, "out of memory");
	}
	json_decref(root);
	return ret;
}
