// SPDX-License-Identifier: GPL-2.0-only
/*
 * Frames as text, layers from the outside in, separated by '|':
 *
 *   eth SRC>DST [type=N]        MAC, or the name of a port, LRP or chassis
 *   vlan ID [tpid=N]
 *   arp request|reply SHA/SPA>THA/TPA
 *   ip4 SRC>DST [ttl= tos= id= frag= proto= opt=HEX]
 *   ip6 SRC>DST [hops= proto=]
 *   udp S>D [nocsum]   tcp S>D [flags=SAFRP seq= ack=]   sctp S>D [vtag= chunk=]
 *   icmp T/C [rest=] or [id= seq=]
 *   icmp6 T/C [rest=]   ns TARGET [mac=]   na TARGET [mac= rest=]
 *   outer SRC>DST [sport= mac=]   chassis names: Ethernet, IPv4 and UDP
 *   geneve DATAPATH IN>OUT      names or numbers
 *   data N  zeros N  hex BYTES  payload
 *   quote N [ttl=]              first N bytes of the IP packet that was sent
 *   quoting N: LAYER; LAYER...  first N bytes (0: all) of such an IP packet
 *   frame                       the frame that was sent, whole
 *   fragment N+LEN              IP payload from byte N on; checksums stay
 *   pad N  cut N                to N bytes, after lengths and checksums
 *   padded N                    the innermost frame to N bytes
 *   poke OFFSET=HEX             after lengths and checksums; may be repeated
 *   checksum                    again, after pokes
 *
 * Ethertypes and protocols follow from the next layer unless given.  A port
 * or ICMP id may be "?NAME[:FIRST-LAST][^NOT]": open, by default any from 1024
 * on, and kept as "$NAME" for the texts of later frames.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "text_layers.h"

void text_abort(const struct text *t, const char *what)
{
	fprintf(stderr, "test error: %s in frame \"%s\"\n", what, t->whole);
	abort();
}

void text_pair(const struct text *t, size_t i, char **a, char **b, char by)
{
	char *mark = i < t->n ? strchr(t->word[i], by) : NULL;

	if (!mark)
		text_abort(t, "A>B or A/B expected");
	*mark = 0;
	*a = t->word[i];
	*b = mark + 1;
}

size_t text_hex(const struct text *t, const char *hex, uint8_t *out, size_t max)
{
	size_t n = 0;

	for (; hex[0] && hex[1]; hex += 2) {
		if (n == max || sscanf(hex, "%2hhx", &out[n]) != 1)
			text_abort(t, "bad hex");
		n++;
	}
	return n;
}

static void text_finish(struct text *t)
{
	if (!t->is_finished)
		packet_finish(t->p);
	t->is_finished = true;
}

static void layer_poke(struct text *t)
{
	uint8_t bytes[64];
	char *at, *hex;
	size_t n;

	text_pair(t, 1, &at, &hex, '=');
	n = text_hex(t, hex, bytes, sizeof(bytes));
	if (strtoul(at, NULL, 0) + n > t->p->len)
		text_abort(t, "poke behind the end");
	memcpy(t->p->data + strtoul(at, NULL, 0), bytes, n);
}

/* As the sender's IP packet stood at the router that quotes it. */
static void layer_quote(struct text *t, size_t n)
{
	uint8_t *ip = t->p->data + t->p->len;
	size_t header;

	if (!t->in || t->in->len < 14 + n || n < 20)
		text_abort(t, "nothing to quote");
	packet_bytes(t->p, t->in->data + 14, n);
	ip[8] = text_number(t, "ttl", ip[8]);
	header = (ip[0] & 15) * 4;
	put16(ip + 10, 0);
	put16(ip + 10, ~sum_fold(sum_bytes(ip, header, 0)));
}

static void layer_number(struct text *t)
{
	const char *word = t->word[0];
	size_t n = t->n > 1 ? strtoul(t->word[1], NULL, 0) : 0;
	uint8_t bytes[512];

	if (!strcmp(word, "data")) {
		packet_payload(t->p, n);
	} else if (!strcmp(word, "zeros")) {
		packet_pad(t->p, t->p->len + n);
	} else if (!strcmp(word, "hex")) {
		n = text_hex(t, t->word[1], bytes, sizeof(bytes));
		packet_bytes(t->p, bytes, n);
	} else if (!strcmp(word, "quote")) {
		layer_quote(t, n);
	} else if (!strcmp(word, "fragment")) {
		size_t from = n, len = 0;

		if (t->n < 2 || sscanf(t->word[1], "%zu+%zu", &from, &len) != 2)
			text_abort(t, "N+LEN expected");
		text_finish(t);
		packet_fragment(t->p, from, len);
	} else if (!strcmp(word, "frame")) {
		packet_bytes(t->p, t->in->data, t->in->len);
	} else if (!strcmp(word, "pad")) {
		text_finish(t);
		packet_pad(t->p, n);
	} else if (!strcmp(word, "padded")) {
		text_finish(t);
		packet_pad_inner(t->p, n);
	} else if (!strcmp(word, "cut")) {
		text_finish(t);
		t->p->len = n;
	} else if (!strcmp(word, "checksum")) {
		packet_checksum(t->p);
	} else {
		text_abort(t, word);
	}
}

static void layer_add(struct text *t)
{
	if (layer_append(t))
		return;
	if (!strcmp(t->word[0], "poke")) {
		text_finish(t);
		layer_poke(t);
		return;
	}
	layer_number(t);
}

/* An IP packet in a text of its own, and its first bytes. */
static void layer_quoting(struct text *t, char *layer)
{
	static struct packet quoted;
	char *colon = strchr(layer, ':');
	size_t n = strtoul(layer + strlen("quoting"), NULL, 0);

	if (!colon)
		text_abort(t, "quoting N: expected");
	for (char *c = colon + 1; *c; c++) {
		if (*c == ';')
			*c = '|';
	}
	text_to_packet(&quoted, colon + 1, t->net, t->in);
	packet_bytes(t->p, quoted.data, n ? n : quoted.len);
}

void text_to_packet(struct packet *p, const char *text,
		    const struct network *net, const struct packet *in)
{
	struct text t = {.whole = text, .net = net, .in = in, .p = p};
	char *copy = strdup(text), *rest = copy, *layer, *save, *w, next[16];

	packet_init(p);
	while ((layer = strsep(&rest, "|"))) {
		if (!rest || sscanf(rest, " %15s", next) != 1)
			next[0] = 0;
		t.next = next;
		t.n = 0;
		layer += strspn(layer, " \n\t");
		if (!strncmp(layer, "quoting ", 8)) {
			layer_quoting(&t, layer);
			continue;
		}
		for (w = strtok_r(layer, " \n\t", &save);
		     w && t.n < TEXT_WORDS_MAX;
		     w = strtok_r(NULL, " \n\t", &save))
			t.word[t.n++] = w;
		if (t.n)
			layer_add(&t);
	}
	text_finish(&t);
	free(copy);
}
