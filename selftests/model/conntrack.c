// SPDX-License-Identifier: GPL-2.0-only
/* Connections, as "ct" in ovn-sb(5) has them: new, established, reply,
 * related.  Of TCP's states only what decides whether a SYN begins anew. */
#include <netinet/in.h>
#include <string.h>

#include "model.h"

static void conn_remove(struct model *m, struct conn *c)
{
	*c = m->known.conn[--m->known.n_conns];
}

struct conn *conn_find(struct model *m, int zone, const struct tuple *t,
		       enum direction *d)
{
	for (size_t i = 0; i < m->known.n_conns; i++) {
		struct conn *c = &m->known.conn[i];

		*d = tuple_same(&c->orig, t) ? ORIGINAL : REPLY;
		if (c->zone != zone ||
		    (*d == REPLY && (!tuple_same(&c->reply, t) ||
				     (c->is_vague && !c->is_guessed))))
			continue;
		if (!c->is_doubtful || !model_choose(m, 2)) {
			c->is_doubtful = false;
			return c;
		}
		conn_remove(m, c);
		i--;
	}
	return NULL;
}

void conn_add(struct model *m, int zone, const struct tuple *orig,
	      const struct tuple *out, bool is_vague)
{
	struct conn *c = &m->known.conn[m->known.n_conns];

	if (m->known.n_conns == CONNS_MAX) {
		m->result.is_overflow = true;
		return;
	}
	m->known.n_conns++;
	memset(c, 0, sizeof(*c));
	c->zone = zone;
	c->orig = *orig;
	tuple_turn(&c->reply, out);
	c->is_vague = c->is_guessed = is_vague;
}

void conns_age(struct model *m)
{
	for (size_t i = 0; i < m->known.n_conns; i++)
		m->known.conn[i].is_guessed = false;
}

static bool fragment_is(const struct fragment *e, int zone, uint16_t id,
			const struct tuple *t)
{
	return e->zone == zone && e->id == id && e->t.src == t->src &&
	       e->t.dst == t->dst && e->t.proto == t->proto;
}

static struct fragment *fragment_find(struct model *m, int zone, uint16_t id,
				      const struct tuple *t)
{
	for (size_t i = 0; i < m->known.n_fragments; i++) {
		if (fragment_is(&m->known.fragment[i], zone, id, t))
			return &m->known.fragment[i];
	}
	return NULL;
}

static void fragment_note(struct model *m, int zone, uint16_t id,
			  const struct tuple *t)
{
	struct fragment *e = fragment_find(m, zone, id, t);

	if (!e && m->known.n_fragments == FRAGMENTS_MAX) {
		m->result.is_overflow = true;
		return;
	}
	if (!e)
		e = &m->known.fragment[m->known.n_fragments++];
	memset(e, 0, sizeof(*e));
	e->zone = zone;
	e->id = id;
	e->t = *t;
}

bool conn_tuple(struct model *m, int zone, const struct frame *f,
		struct passage *p)
{
	const uint8_t *ip = IP_OF(f);
	uint16_t id = get16(ip + 4);
	const struct fragment *e;

	p->was = (struct tuple){
		.src = get32(ip + 12), .dst = get32(ip + 16), .proto = ip[9]};
	if (!ip4_is_later_fragment(f)) {
		if (frame_form(f) != GOOD ||
		    !tuple_read(ip, get16(ip + 2), &p->was))
			p->is_portless = true;
		if (ip4_is_fragment(f))
			fragment_note(m, zone, id, &p->was);
		return true;
	}
	p->is_portless = true;
	e = fragment_find(m, zone, id, &p->was);
	if (e)
		p->was = e->t;
	return e;
}

/* RFC 9293 3.6.1, 3.10.7.3: the same addresses and ports anew. */
static bool is_anew(const struct frame *f, const struct conn *c,
		    enum direction d)
{
	const uint8_t *tcp = ip4_l4(f, 20);

	return c->is_ended && d == ORIGINAL && IP_OF(f)[9] == IPPROTO_TCP &&
	       tcp && (tcp[13] & (TCP_SYN | TCP_ACK | TCP_RST)) == TCP_SYN;
}

static void conn_follow(const struct frame *f, struct conn *c)
{
	const uint8_t *tcp = ip4_l4(f, 20);

	if (IP_OF(f)[9] == IPPROTO_TCP && tcp && tcp[13] & (TCP_RST | TCP_FIN))
		c->is_ended = true;
}

static void passage_translate(struct passage *p, const struct conn *c,
			      enum direction d)
{
	tuple_turn(&p->is, d == ORIGINAL ? &c->reply : &c->orig);
	p->is_known = true;
}

/* RFC 5508 4.2: an error is of the connection whose packet it quotes. */
static bool related(struct model *m, int zone, const struct frame *f,
		    struct passage *p)
{
	struct tuple quoted, same_way;
	enum direction d;
	struct conn *c;

	/* One that quotes nothing is nobody's, or of what ICMP they speak. */
	if (!tuple_quoted(f, &quoted)) {
		c = conn_find(m, zone, &p->was, &d);
		if (c && model_choose(m, 2))
			passage_translate(p, c, d);
		return p->is_known;
	}
	tuple_turn(&same_way, &quoted);
	/* It is for who sent what it quotes, or about nothing. */
	if (get32(IP_OF(f) + 16) != quoted.src)
		return false;
	c = conn_find(m, zone, &same_way, &d);
	if (!c)
		return false;
	p->is_error = true;
	p->was = same_way;
	passage_translate(p, c, d);
	return true;
}

bool conn_track(struct model *m, int zone, const struct frame *f,
		struct passage *p)
{
	enum direction d;
	struct conn *c;

	if (!ip4_is_later_fragment(f) && is_icmp_error(f))
		return related(m, zone, f, p);
	c = conn_find(m, zone, &p->was, &d);
	if (!c)
		return false;
	if (is_anew(f, c, d) && model_choose(m, 2)) {
		conn_remove(m, c);
		return false;
	}
	if (!p->is_portless)
		conn_follow(f, c);
	if (c->is_vague)
		nat_see_ports(m, c);
	/* Its checksum tells the port even behind the way back. */
	m->result.is_lax |= c->is_vague && p->was.proto == IPPROTO_SCTP;
	passage_translate(p, c, d);
	return true;
}

enum begins conn_begins(const struct frame *f)
{
	const uint8_t *l4 = ip4_l4(f, 8);

	if (ip4_is_later_fragment(f) || frame_form(f) != GOOD)
		return BEGINS_NO;
	switch (IP_OF(f)[9]) {
	case IPPROTO_TCP:
		if (l4[13] & TCP_RST)
			return BEGINS_NO;
		/* What no handshake can have led to is some trackers' only to
		 * refuse. */
		return (l4[13] & 0x3f) == TCP_SYN ||
				       (l4[13] & (TCP_SYN | TCP_FIN |
						  TCP_ACK)) == TCP_ACK ?
			       BEGINS_YES :
			       BEGINS_OPEN;
	case IPPROTO_ICMP:
		if (l4[0] == 8 && !l4[1])
			return BEGINS_YES;
		return l4[0] == 0 || is_icmp_error(f) ? BEGINS_NO : BEGINS_OPEN;
	case IPPROTO_SCTP: /* ABORT, SHUTDOWN COMPLETE; INIT, DATA */
		return l4[12] == 6 || l4[12] == 14 ? BEGINS_NO :
		       l4[12] <= 1		   ? BEGINS_YES :
						     BEGINS_OPEN;
	}
	return BEGINS_YES;
}

static const struct conn *conn_is_in(const struct known *k,
				     const struct conn *c)
{
	for (size_t i = 0; i < k->n_conns; i++) {
		const struct conn *o = &k->conn[i];

		if (o->zone == c->zone && tuple_same(&o->orig, &c->orig) &&
		    tuple_same(&o->reply, &c->reply))
			return o;
	}
	return NULL;
}

static bool conns_doubt_one(struct known *to, const struct known *one,
			    const struct known *two)
{
	for (size_t i = 0; i < one->n_conns; i++) {
		struct conn c = one->conn[i];
		const struct conn *o = conn_is_in(two, &c);

		if (conn_is_in(to, &c))
			continue;
		c.is_doubtful |= !o || o->is_doubtful;
		c.is_ended |= o && o->is_ended;
		if (to->n_conns == CONNS_MAX)
			return false;
		to->conn[to->n_conns++] = c;
	}
	return true;
}

bool conns_doubt(struct known *to, const struct known *one,
		 const struct known *two)
{
	/* A first fragment is noted whatever becomes of it. */
	memcpy(to->fragment, one->fragment, sizeof(to->fragment));
	to->n_fragments = one->n_fragments;
	return conns_doubt_one(to, one, two) && conns_doubt_one(to, two, one);
}
