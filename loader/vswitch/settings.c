// SPDX-License-Identifier: GPL-2.0-only
#include "vswitch/settings.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <unistd.h>

#define PROBE_DEFAULT 5000 /* ms, ovn-controller's */
#define PROBE_MIN 1000

struct reader {
	const struct ovsdb_row *row;
	const char *system_id;
	bool is_short; /* of memory */
};

/* A key with the chassis' name behind it, "ovn-encap-ip-node1", goes before
 * the plain one: hosts may share a conf.db's contents. */
static const char *value(struct reader *r, const char *key)
{
	const char *found = NULL;
	char *own;

	if (r->system_id) {
		if (asprintf(&own, "%s-%s", key, r->system_id) < 0) {
			r->is_short = true;
			return NULL;
		}
		found = ovsdb_map_get(r->row, "external_ids", own);
		free(own);
	}
	if (!found)
		found = ovsdb_map_get(r->row, "external_ids", key);
	return found && *found ? found : NULL;
}

static char *copy(struct reader *r, const char *text)
{
	char *new = text ? strdup(text) : NULL;

	if (text && !new)
		r->is_short = true;
	return new;
}

static bool boolean(struct reader *r, const char *key, bool fallback)
{
	const char *text = value(r, key);

	if (!text)
		return fallback;
	return fallback ? strcasecmp(text, "false") != 0 :
			  !strcasecmp(text, "true");
}

static int probe(struct reader *r)
{
	const char *text = value(r, "ovn-remote-probe-interval");
	long ms = text ? strtol(text, NULL, 10) : PROBE_DEFAULT;

	if (ms <= 0)
		return 0;
	return ms < PROBE_MIN ? PROBE_MIN : ms > 3600000 ? 3600000 : (int)ms;
}

/* Of several addresses the default one, or the first. */
static char *encap_ip(struct reader *r)
{
	const char *chosen = value(r, "ovn-encap-ip-default");
	const char *list = value(r, "ovn-encap-ip");
	char *ip;

	if (!list)
		return NULL;
	ip = copy(r, chosen ? chosen : list);
	if (ip)
		ip[strcspn(ip, ", ")] = '\0';
	return ip;
}

static char *hostname(struct reader *r)
{
	const char *text = value(r, "hostname");
	char own[256] = "";

	if (!text && !gethostname(own, sizeof(own) - 1))
		text = own;
	return copy(r, text && *text ? text : "localhost");
}

static void read_tls(struct reader *r, const struct ovsdb *db,
		     struct ovsdb_tls *tls)
{
	const uint8_t *uuid = ovsdb_uuid(r->row, "ssl", 0);
	const struct ovsdb_row *row =
		uuid ? ovsdb_find(ovsdb_table(db, "SSL"), uuid) : NULL;

	if (!row)
		return;
	tls->private_key = copy(r, ovsdb_string(row, "private_key", 0));
	tls->certificate = copy(r, ovsdb_string(row, "certificate", 0));
	tls->ca_cert = copy(r, ovsdb_string(row, "ca_cert", 0));
}

static void read_ovn_ids(struct reader *r, struct vswitch_settings *s)
{
	size_t i, n = ovsdb_size(r->row, "external_ids");

	s->ovn_ids = calloc(n + 1, sizeof(*s->ovn_ids));
	if (!s->ovn_ids) {
		r->is_short = true;
		return;
	}
	for (i = 0; i < n; i++) {
		const char *key = ovsdb_map_key(r->row, "external_ids", i);

		if (strncmp(key, "ovn-", 4))
			continue;
		s->ovn_ids[s->n_ovn_ids][0] = copy(r, key);
		s->ovn_ids[s->n_ovn_ids++][1] =
			copy(r, ovsdb_map_get(r->row, "external_ids", key));
	}
}

static const char *mode(struct reader *r)
{
	const char *text = value(r, "xovn-mode");

	return text && (!strcmp(text, "native") || !strcmp(text, "tc")) ?
		       text :
		       "auto";
}

int settings_read(const struct ovsdb *db, struct vswitch_settings *s)
{
	const struct ovsdb_table *t = ovsdb_table(db, "Open_vSwitch");
	struct reader r = {0};
	const char *text;

	memset(s, 0, sizeof(*s));
	if (ovsdb_table_size(t)) {
		r.row = ovsdb_table_row(t, 0);
		r.system_id = value(&r, "system-id");
	} else {
		return 0;
	}
	s->system_id = copy(&r, r.system_id);
	s->hostname = hostname(&r);
	s->remote = copy(&r, value(&r, "ovn-remote"));
	text = value(&r, "xovn-nb-remote");
	if (text)
		s->nb_remote = copy(&r, text);
	else if (s->remote && settings_nb_remote(s->remote, &s->nb_remote))
		r.is_short = true;
	s->encap_ip = encap_ip(&r);
	s->encap_type = copy(&r, value(&r, "ovn-encap-type"));
	s->encap_csum = boolean(&r, "ovn-encap-csum", true);
	text = value(&r, "ovn-bridge");
	s->bridge = copy(&r, text ? text : "br-int");
	text = value(&r, "ovn-bridge-mappings");
	s->bridge_mappings = copy(&r, text ? text : "");
	s->mode = copy(&r, mode(&r));
	s->monitor_all = boolean(&r, "ovn-monitor-all", false);
	s->probe_ms = probe(&r);
	read_tls(&r, db, &s->tls);
	read_ovn_ids(&r, s);
	if (!r.is_short)
		return 0;
	settings_clear(s);
	return -ENOMEM;
}

void settings_clear(struct vswitch_settings *s)
{
	size_t i;

	free(s->system_id);
	free(s->hostname);
	free(s->remote);
	free(s->nb_remote);
	free(s->encap_ip);
	free(s->encap_type);
	free(s->bridge);
	free(s->bridge_mappings);
	free(s->mode);
	free((char *)s->tls.private_key);
	free((char *)s->tls.certificate);
	free((char *)s->tls.ca_cert);
	for (i = 0; i < s->n_ovn_ids; i++) {
		free(s->ovn_ids[i][0]);
		free(s->ovn_ids[i][1]);
	}
	free(s->ovn_ids);
	memset(s, 0, sizeof(*s));
}

static bool same(const char *a, const char *b)
{
	return a && b ? !strcmp(a, b) : a == b;
}

bool settings_equal(const struct vswitch_settings *a,
		    const struct vswitch_settings *b)
{
	size_t i;

	if (a->n_ovn_ids != b->n_ovn_ids)
		return false;
	for (i = 0; i < a->n_ovn_ids; i++)
		if (!same(a->ovn_ids[i][0], b->ovn_ids[i][0]) ||
		    !same(a->ovn_ids[i][1], b->ovn_ids[i][1]))
			return false;
	return same(a->system_id, b->system_id) &&
	       same(a->hostname, b->hostname) && same(a->remote, b->remote) &&
	       same(a->nb_remote, b->nb_remote) &&
	       same(a->encap_ip, b->encap_ip) &&
	       same(a->encap_type, b->encap_type) &&
	       a->encap_csum == b->encap_csum && same(a->bridge, b->bridge) &&
	       same(a->bridge_mappings, b->bridge_mappings) &&
	       same(a->mode, b->mode) && a->monitor_all == b->monitor_all &&
	       a->probe_ms == b->probe_ms &&
	       same(a->tls.private_key, b->tls.private_key) &&
	       same(a->tls.certificate, b->tls.certificate) &&
	       same(a->tls.ca_cert, b->tls.ca_cert);
}

/* One remote, len bytes; *out stays NULL where nothing can be told. */
static int nb_remote_of(const char *sb, size_t len, char **out)
{
	static const char sb_sock[] = "ovnsb_db.sock";
	const size_t sock_len = sizeof(sb_sock) - 1;
	size_t host = len, i;

	*out = NULL;
	if (!strncmp(sb, "unix:", 5)) {
		if (len < 5 + sock_len ||
		    memcmp(sb + len - sock_len, sb_sock, sock_len))
			return 0;
		return asprintf(out, "%.*sovnnb_db.sock", (int)(len - sock_len),
				sb) < 0 ?
			       -ENOMEM :
			       0;
	}
	if (strncmp(sb, "tcp:", 4) && strncmp(sb, "ssl:", 4))
		return 0;
	/* the last colon behind the scheme, unless inside of [...] */
	for (i = len; i > 4 && sb[i - 1] != ']'; i--)
		if (sb[i - 1] == ':') {
			host = i - 1;
			break;
		}
	if (host <= 4)
		return 0;
	return asprintf(out, "%.*s:6641", (int)host, sb) < 0 ? -ENOMEM : 0;
}

int settings_nb_remote(const char *sb_remote, char **out)
{
	*out = NULL;
	while (*sb_remote) {
		size_t len = strcspn(sb_remote, ", ");
		char *one, *both;
		int err = len ? nb_remote_of(sb_remote, len, &one) : 0;

		if (len && !err && one) {
			err = asprintf(&both, "%s%s%s", *out ? *out : "",
				       *out ? "," : "", one) < 0 ?
				      -ENOMEM :
				      0;
			free(one);
			if (!err) {
				free(*out);
				*out = both;
			}
		}
		if (err) {
			free(*out);
			*out = NULL;
			return err;
		}
		sb_remote += len + (sb_remote[len] != '\0');
	}
	return 0;
}

static bool mapping_add(struct settings_mapping *list, size_t n,
			const char *entry)
{
	const char *colon = strchr(entry, ':');
	size_t i, len = colon ? (size_t)(colon - entry) : 0;

	if (!len || !colon[1] || strchr(colon + 1, ':'))
		return false;
	for (i = 0; i < n; i++)
		if (!strcmp(list[i].bridge, colon + 1) ||
		    (strlen(list[i].network) == len &&
		     !memcmp(list[i].network, entry, len)))
			return false;
	list[n].network = strndup(entry, len);
	list[n].bridge = strdup(colon + 1);
	return true;
}

int settings_mappings(const char *text, struct settings_mapping **list,
		      size_t *n, char **bad)
{
	char *copied = strdup(text), *next, *entry;
	size_t max = 1, i;
	bool is_short;

	for (i = 0; text[i]; i++)
		max += text[i] == ',';
	*n = 0;
	*bad = NULL;
	*list = calloc(max, sizeof(**list));
	is_short = !copied || !*list;
	for (entry = is_short ? NULL : strtok_r(copied, ", ", &next);
	     entry && !is_short; entry = strtok_r(NULL, ", ", &next)) {
		if (mapping_add(*list, *n, entry)) {
			is_short = !(*list)[*n].network || !(*list)[*n].bridge;
			(*n)++;
		} else if (!*bad) {
			*bad = strdup(entry);
			is_short = !*bad;
		}
	}
	free(copied);
	if (!is_short)
		return 0;
	settings_mappings_free(*list, *n);
	free(*bad);
	*list = NULL;
	*bad = NULL;
	*n = 0;
	return -ENOMEM;
}

void settings_mappings_free(struct settings_mapping *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		free(list[i].network);
		free(list[i].bridge);
	}
	free(list);
}
