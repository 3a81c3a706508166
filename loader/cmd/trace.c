// SPDX-License-Identifier: GPL-2.0-only
/*
 * xovn trace: what would happen to a packet.  From files, nothing need be
 * loaded; --live asks this host's pinned maps.  Nothing is changed anywhere.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <linux/if_ether.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "cmd/cmd.h"
#include "cmd/files.h"
#include "cmd/trace_batch.h"
#include "mac.h"
#include "sync/conntrack.h"
#include "sync/state.h"
#include "trace/follow.h"
#include "trace/microflow.h"
#include "trace/start.h"

#define NEIGHBORS_MAX 256
#define MTU_DEFAULT 1500
#define MTU_HIGHEST 65535
#define MTU_LOWEST 68 /* RFC 791 */

struct trace_command {
	struct network_files files;
	const char *chassis, *inport, *network, *packet, *microflow, *ct,
		*batch;
	bool is_live, is_following, with_answer, as_json;
	struct source_options options;
	struct world_neighbor neighbor[NEIGHBORS_MAX];
	size_t n_neighbors;
	struct nb nb;
	struct placement placement;
	struct microflow flow;
	struct start_request start;
	struct error *e;
};

/* "LRP,IP,MAC"; only the first may have commas in it. */
static int parse_neighbor(const char *text, struct world_neighbor *n,
			  struct error *e)
{
	const char *mac = strrchr(text, ','), *ip;
	char address[INET_ADDRSTRLEN] = "", name[512] = "";
	size_t len;

	for (ip = mac; ip && ip > text && ip[-1] != ',';)
		ip--;
	if (mac && ip > text + 1 && mac - ip < INET_ADDRSTRLEN &&
	    ip - 1 - text < (int)sizeof(name)) {
		memcpy(address, ip, mac - ip);
		memcpy(name, text, ip - 1 - text);
		name_store(n->lrp, name);
		len = mac_scan(mac + 1, n->mac);
		if (len && !mac[1 + len] &&
		    inet_pton(AF_INET, address, n->ip) == 1)
			return 0;
	}
	error_set(e, EINVAL,
		  "--neigh %s: LRP,IP,MAC is wanted, e.g. "
		  "lr0-public,172.16.0.1,0a:00:00:00:00:01",
		  text);
	return CMD_USAGE;
}

static int take_neighbors(struct trace_command *c, int *argc, char **argv)
{
	const char *text[NEIGHBORS_MAX];
	int n = options_take(argc, argv, "neigh", text, NEIGHBORS_MAX, c->e);
	int ret = 0;

	for (int i = 0; i < n && !ret; i++)
		ret = parse_neighbor(text[i], &c->neighbor[i], c->e);
	c->n_neighbors = n < 0 ? 0 : n;
	return n < 0 ? n : ret;
}

static int parse_mode(const char *text, bool *is_native, struct error *e)
{
	if (text && strcmp(text, "tc") && strcmp(text, "native")) {
		error_set(e, EINVAL, "--mode %s: tc or native is wanted", text);
		return CMD_USAGE;
	}
	*is_native = text && !strcmp(text, "native");
	return 0;
}

static int check_usage(const struct trace_command *c, const char *mode,
		       const char *mtu)
{
	const char *why = NULL;
	bool has_files = c->files.nb || c->files.sb || c->files.placement;

	if (c->is_live && (has_files || c->ct || mode || mtu))
		why = "--live takes everything from this host's maps; --nb, "
		      "--sb, --placement, --ct, --mode and --mtu are for files";
	else if (!c->is_live && !c->files.nb)
		why = "--nb FILE, or --live for this host as it is, is needed";
	else if (!!c->packet + !!c->microflow + !!c->batch != 1)
		why = "one packet is needed: a MICROFLOW (one word, in quotes) "
		      "or --packet HEX; or many: --batch FILE";
	else if (c->inport && c->network)
		why = "--inport and --localnet both say where the packet comes "
		      "in; give one of them";
	if (!why)
		return 0;
	error_set(c->e, EINVAL, "%s", why);
	return CMD_USAGE;
}

/* The frame, and where it comes in. */
static int read_packet(struct trace_command *c)
{
	int ret = c->packet ? microflow_parse_hex(c->packet, &c->flow, c->e) :
			      microflow_parse(c->microflow, &c->flow, c->e);
	const char *inport = c->flow.inport[0] ? c->flow.inport : NULL;

	if (ret)
		return ret;
	if (inport && c->inport && strcmp(inport, c->inport))
		return error_set(c->e, EINVAL,
				 "--inport %s, but the microflow has inport == "
				 "\"%s\"",
				 c->inport, inport);
	if (inport && c->network)
		return error_set(c->e, EINVAL,
				 "--localnet %s, but the microflow has inport "
				 "== \"%s\"",
				 c->network, inport);
	c->start = (struct start_request){
		.inport = c->inport ? c->inport : inport,
		.network = c->network,
		.chassis = c->chassis,
		.is_exact = c->packet,
	};
	if (c->start.inport || c->start.network)
		return 0;
	return error_set(c->e, EINVAL,
			 "where does the packet come in? --inport LSP, "
			 "--localnet NETWORK, or inport == \"LSP\" in the "
			 "microflow");
}

static int open_files(struct trace_command *c, struct source *s)
{
	const char *chassis = c->chassis;
	int ret = network_files_read(&c->files, &c->nb, &c->placement, c->e);

	if (ret)
		return ret;
	if (!chassis && !c->placement.n_chassis)
		chassis = start_chassis_of_nb(&c->nb, &c->start);
	if (!chassis && !c->placement.n_chassis)
		return error_set(c->e, EINVAL,
				 "no chassis is known: --placement FILE or "
				 "--sb FILE, or --chassis NAME for a network "
				 "of one host");
	ret = source_from_files(s, &c->nb, &c->placement, chassis, &c->options,
				c->e);
	return ret || !c->ct ? ret :
			       seed_read_file(&s->seeds, c->ct, ct_now(), c->e);
}

static int open_live(struct trace_command *c, struct source *s, const char *pin)
{
	struct state state;
	int ret = state_open(&state, pin, STATE_READ, c->e);

	if (ret)
		return ret;
	ret = source_from_state(s, &state, c->e);
	state_close(&state);
	return ret;
}

static int check_neighbors(const struct trace_command *c,
			   const struct source *s)
{
	for (size_t i = 0; i < c->n_neighbors; i++)
		if (!source_has_lrp(s, c->neighbor[i].lrp))
			return error_set(c->e, ENOENT,
					 "--neigh: there is no logical router "
					 "port %s",
					 c->neighbor[i].lrp);
	return 0;
}

static void put_tag(struct microflow *m, const struct network_val *port)
{
	uint16_t tag[2] = {htons(port->vlan_type), htons(port->vlan)}, type;

	memcpy(&type, m->frame + 2 * ETH_ALEN, sizeof(type));
	if (m->len < ETH_HLEN || m->len + sizeof(tag) > sizeof(m->frame) ||
	    type == htons(ETH_P_8021Q) || type == htons(ETH_P_8021AD))
		return; /* the microflow says otherwise */
	memmove(m->frame + 2 * ETH_ALEN + sizeof(tag), m->frame + 2 * ETH_ALEN,
		m->len - 2 * ETH_ALEN);
	memcpy(m->frame + 2 * ETH_ALEN, tag, sizeof(tag));
	m->len += sizeof(tag);
}

static void warn_seeds(const struct trace_command *c, const struct source *s)
{
	size_t n = 0, last = 0;

	for (size_t i = 0; c->ct && i < s->seeds.n; i++)
		if (!s->seeds.seed[i].is_used) {
			n++;
			last = i;
		}
	if (n)
		warning("--ct %s: %zu of %zu connections were not used: their "
			"zones (%s) are on no chassis that the packet came to",
			c->ct, n, s->seeds.n, s->seeds.seed[last].zone);
}

static enum program first_program(const struct source *s,
				  const struct arrival *a)
{
	return a->hook == HOOK_VIF ? PROGRAM_VIF :
	       s->is_native	   ? PROGRAM_NIC_XDP :
				     PROGRAM_NIC;
}

/* The first packet, or in a batch each as if it were the only one. */
static int trace_packet(struct trace_command *c, struct source *s,
			struct world *w)
{
	const struct follow_options options = {c->is_following, c->with_answer};
	const struct network_val *tag;
	struct trace_result result;
	struct arrival first;
	int ret = start_find(s, &c->start, &first, &tag, c->e);

	w->neighbors = c->neighbor; /* each line of a batch has its own */
	if (!ret)
		ret = w->source ? world_forget(w, c->e) :
				  world_open(w, s, c->neighbor, c->n_neighbors,
					     first_program(s, &first), c->e);
	if (ret)
		return ret;
	if (tag)
		put_tag(&c->flow, tag);
	first.frame = c->flow.frame;
	first.len = c->flow.len;
	ret = trace_follow(w, &first, &options, &result, c->e);
	if (!ret) {
		if (c->as_json)
			trace_print_json(&result);
		else
			trace_print_text(&result);
	}
	trace_result_free(&result);
	return ret;
}

static int trace_line(const struct trace_command *all,
		      const struct batch_packet *p, struct source *s,
		      struct world *w)
{
	struct trace_command *c = malloc(sizeof(*c));
	int ret;

	if (!c)
		return error_set(all->e, ENOMEM, "out of memory");
	*c = *all;
	*(p->is_hex ? &c->packet : &c->microflow) = p->packet;
	if (strcmp(p->port, "-")) {
		c->inport = p->port;
		c->network = NULL;
	}
	s->guest[0] = '\0';
	s->guest_chassis = 0;
	ret = read_packet(c);
	if (!ret && !c->as_json)
		printf("%s# %s\n", p->line > 1 ? "\n" : "", p->text);
	if (!ret)
		ret = trace_packet(c, s, w);
	free(c);
	return ret;
}

static int trace_batch(struct trace_command *c, struct source *s,
		       struct world *w)
{
	struct error line_error;
	struct batch b;
	int ret = batch_read(c->batch, &b, c->e);

	for (size_t i = 0; i < b.n && !ret; i++) {
		ret = trace_line(c, &b.packet[i], s, w);
		if (!ret)
			continue;
		line_error = *c->e;
		error_set(c->e, -ret, "%s, line %u: %s", c->batch,
			  b.packet[i].line, line_error.text);
	}
	batch_free(&b);
	return ret;
}

static int trace_run(struct trace_command *c, const char *pin)
{
	struct source s = {0};
	struct world w = {0};
	int ret = c->batch ? 0 : read_packet(c);

	if (!ret)
		ret = c->is_live ? open_live(c, &s, pin) : open_files(c, &s);
	if (!ret)
		ret = check_neighbors(c, &s);
	if (!ret)
		ret = c->batch ? trace_batch(c, &s, &w) :
				 trace_packet(c, &s, &w);
	if (!ret)
		warn_seeds(c, &s);
	world_close(&w);
	source_free(&s);
	return ret;
}

int cmd_trace(const char *pin, int argc, char **argv, struct error *e)
{
	struct trace_command *c = calloc(1, sizeof(*c));
	const char *mode = NULL, *mtu = NULL;
	int ret;

	if (!c)
		return error_set(e, ENOMEM, "out of memory");
	c->e = e;
	c->options.mtu = MTU_DEFAULT;
	ret = take_neighbors(c, &argc, argv);
	if (!ret) {
		const struct option_def options[] = {
			{"nb", &c->files.nb, NULL},
			{"sb", &c->files.sb, NULL},
			{"placement", &c->files.placement, NULL},
			{"chassis", &c->chassis, NULL},
			{"inport", &c->inport, NULL},
			{"localnet", &c->network, NULL},
			{"packet", &c->packet, NULL},
			{"batch", &c->batch, NULL},
			{"ct", &c->ct, NULL},
			{"mode", &mode, NULL},
			{"mtu", &mtu, NULL},
			{"live", NULL, &c->is_live},
			{"follow", NULL, &c->is_following},
			{"reply", NULL, &c->with_answer},
			{"json", NULL, &c->as_json},
			{0},
		};

		ret = options_parse(argc, argv, options, &c->microflow, 1, e);
		ret = ret < 0 ? ret : 0;
	}
	if (!ret)
		ret = check_usage(c, mode, mtu);
	if (!ret)
		ret = parse_mode(mode, &c->options.is_native, e);
	if (!ret)
		ret = option_number("mtu", mtu, MTU_LOWEST, MTU_HIGHEST,
				    &c->options.mtu, e);
	if (!ret)
		ret = trace_run(c, pin);
	nb_free(&c->nb);
	placement_free(&c->placement);
	free(c);
	return ret;
}
