// SPDX-License-Identifier: GPL-2.0-only
/*
 * sbtool REMOTE [KEY CERTIFICATE CA]: the part of the agent that writes the Southbound database,
 * alone.  Reads commands, one a line, and answers each by one line; ends with
 * its input, without taking leave of the database unless told to.
 *
 *   chassis NAME HOSTNAME IP   id KEY VALUE|-   mappings TEXT   ready yes|no
 *   vif IFACE-ID [IFACE-ID-VER|- [ENCAP-IP]]  unvif IFACE-ID
 *   vifs PREFIX N              as many interfaces PREFIX1 ...
 *   installed yes|no           all claimed ports are in the maps, or none
 *   nbcfg N                    what SB said up to N is in the maps
 *   neighbor DATAPATH PORT IP MAC [broadcast]     fdb DATAPATH PORT MAC
 *   monitor all|unknown|none|KEY,KEY...
 *   settle                     answers once nothing is left to do
 *   claimed IFACE-ID           "yes", or why not
 *   rows TABLE COLUMN          what this host holds of it, sorted
 *   release
 */
#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "engine/engine.h"
#include "southbound/southbound.h"
#include "ovsdb/client.h"

#define VIFS_MAX 4096
#define IDS_MAX 16
#define KEYS_MAX 64

static struct ovsdb_client *client;
static struct southbound *southbound;
static struct vswitch_vif vifs[VIFS_MAX];
static char *ids[IDS_MAX][2];
static struct vswitch_settings settings = {
	.encap_csum = true,
	.bridge_mappings = "",
	.ovn_ids = ids,
};
static struct southbound_wanted wanted = {
	.settings = &settings,
	.vifs = vifs,
	.datapath_type = "xovn",
	.is_encap_ready = true,
};
static bool is_settling, is_releasing;

static char *copy(const char *text)
{
	char *c = strdup(text);

	if (!c)
		abort();
	return c;
}

static const char *vif_add(const char *iface_id, const char *version,
			   const char *encap_ip)
{
	static size_t serial;
	struct vswitch_vif *vif = &vifs[wanted.n_vifs];

	if (wanted.n_vifs == VIFS_MAX)
		return "too many";
	memset(vif, 0, sizeof(*vif));
	snprintf(vif->name, sizeof(vif->name), "if%zu", ++serial);
	vif->iface_id = copy(iface_id);
	vif->iface_id_ver = version && strcmp(version, "-") ? copy(version) :
							      NULL;
	vif->encap_ip = encap_ip ? copy(encap_ip) : NULL;
	wanted.n_vifs++;
	return "ok";
}

static const char *vif_remove(const char *iface_id)
{
	size_t i, kept = 0;

	for (i = 0; i < wanted.n_vifs; i++)
		if (strcmp(vifs[i].iface_id, iface_id))
			vifs[kept++] = vifs[i];
	wanted.n_vifs = kept;
	return "ok";
}

static const char *vifs_add(const char *prefix, int n)
{
	char name[64];
	int i;

	for (i = 1; i <= n; i++) {
		snprintf(name, sizeof(name), "%.40s%d", prefix, i);
		vif_add(name, NULL, NULL);
	}
	return "ok";
}

static const char *id_set(const char *key, const char *value)
{
	size_t i;

	for (i = 0; i < settings.n_ovn_ids; i++)
		if (!strcmp(ids[i][0], key))
			break;
	if (i == IDS_MAX)
		return "too many";
	if (i == settings.n_ovn_ids)
		ids[settings.n_ovn_ids++][0] = copy(key);
	ids[i][1] = copy(strcmp(value, "-") ? value : "");
	return "ok";
}

static int name_compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *installed_set(bool is_on)
{
	static const char *names[VIFS_MAX];
	size_t i, n = 0;

	for (i = 0; is_on && i < wanted.n_vifs; i++)
		if (southbound_is_claimed(southbound, vifs[i].iface_id, NULL))
			names[n++] = vifs[i].iface_id;
	qsort(names, n, sizeof(names[0]), name_compare);
	southbound_set_installed(southbound, names, n);
	return "ok";
}

static const char *learned(char **words, size_t n, enum upcall_kind kind)
{
	struct upcall u = {.kind = kind};
	const char *mac = words[kind == UPCALL_FDB ? 3 : 4];

	if (n < (kind == UPCALL_FDB ? 4u : 5u))
		return "usage";
	u.datapath = strtoul(words[1], NULL, 10);
	u.port = strtoul(words[2], NULL, 10);
	if (kind == UPCALL_NEIGHBOR && inet_pton(AF_INET, words[3], u.ip) != 1)
		return "no address";
	if (sscanf(mac, "%hhx:%hhx:%hhx:%hhx:%hhx:%hhx", &u.mac[0], &u.mac[1],
		   &u.mac[2], &u.mac[3], &u.mac[4], &u.mac[5]) != 6)
		return "no MAC";
	u.is_broadcast = n > 5;
	southbound_learned(southbound, &u);
	return "ok";
}

static const char *monitor(char *text)
{
	static uint32_t keys[KEYS_MAX];
	char *word, *save = NULL;
	size_t n = 0;

	if (!strcmp(text, "all") || !strcmp(text, "unknown")) {
		southbound_monitor(southbound, NULL, 0, *text == 'a');
		return "ok";
	}
	for (word = strtok_r(text, ",", &save); word && n < KEYS_MAX;
	     word = strtok_r(NULL, ",", &save))
		if (strcmp(word, "none"))
			keys[n++] = strtoul(word, NULL, 10);
	southbound_monitor(southbound, keys, n, false);
	return "ok";
}

static const char *rows(const char *table, const char *column)
{
	static char text[65536];
	const char *names[VIFS_MAX];
	const struct ovsdb_table *t =
		ovsdb_table(ovsdb_client_db(client), table);
	size_t i, n = 0, at = 0;

	for (i = 0; i < ovsdb_table_size(t) && n < VIFS_MAX; i++)
		names[n++] = ovsdb_string(ovsdb_table_row(t, i), column, 0);
	qsort(names, n, sizeof(names[0]), name_compare);
	at = snprintf(text, sizeof(text), "%zu:", n);
	for (i = 0; i < n && at + strlen(names[i]) + 2 < sizeof(text); i++)
		at += sprintf(text + at, " %s", names[i]);
	return text;
}

/* NULL: the answer comes later. */
static const char *command(char **w, size_t n)
{
	const char *why;

	if (n == 4 && !strcmp(w[0], "chassis")) {
		settings.system_id = copy(w[1]);
		settings.hostname = copy(w[2]);
		settings.encap_ip = copy(w[3]);
		settings.encap_type = "geneve";
		return "ok";
	}
	if (n == 3 && !strcmp(w[0], "id"))
		return id_set(w[1], w[2]);
	if (n == 2 && !strcmp(w[0], "mappings")) {
		settings.bridge_mappings = copy(w[1]);
		return "ok";
	}
	if (n == 2 && !strcmp(w[0], "ready")) {
		wanted.is_encap_ready = *w[1] == 'y';
		return "ok";
	}
	if (n >= 2 && !strcmp(w[0], "vif"))
		return vif_add(w[1], n > 2 ? w[2] : NULL, n > 3 ? w[3] : NULL);
	if (n == 2 && !strcmp(w[0], "unvif"))
		return vif_remove(w[1]);
	if (n == 3 && !strcmp(w[0], "vifs"))
		return vifs_add(w[1], atoi(w[2]));
	if (n == 2 && !strcmp(w[0], "installed"))
		return installed_set(*w[1] == 'y');
	if (n == 2 && !strcmp(w[0], "nbcfg")) {
		southbound_set_nb_cfg(southbound, atoll(w[1]));
		return "ok";
	}
	if (!strcmp(w[0], "neighbor"))
		return learned(w, n, UPCALL_NEIGHBOR);
	if (!strcmp(w[0], "fdb"))
		return learned(w, n, UPCALL_FDB);
	if (n == 2 && !strcmp(w[0], "monitor"))
		return monitor(w[1]);
	if (n == 2 && !strcmp(w[0], "claimed"))
		return southbound_is_claimed(southbound, w[1], &why) ? "yes" :
								       why;
	if (n == 3 && !strcmp(w[0], "rows"))
		return rows(w[1], w[2]);
	is_settling = n == 1 && !strcmp(w[0], "settle");
	is_releasing = n == 1 && !strcmp(w[0], "release");
	return is_settling || is_releasing ? NULL : "unknown command";
}

static void answer(const char *text)
{
	puts(text);
	fflush(stdout);
}

static void line_do(char *line)
{
	char *words[8] = {0}, *save = NULL, *word;
	const char *text;
	size_t n = 0;

	for (word = strtok_r(line, " ", &save); word && n < 8;
	     word = strtok_r(NULL, " ", &save))
		words[n++] = word;
	text = n ? command(words, n) : "empty";
	if (text)
		answer(text);
}

static bool is_settled(void)
{
	struct waits w;

	waits_init(&w);
	southbound_wait(southbound, &w);
	return ovsdb_client_is_connected(client) &&
	       ovsdb_client_conditions_hold(client) &&
	       !ovsdb_client_in_flight(client) && w.until == INT64_MAX;
}

/* One command; false: none is here.  *is_open: more may come. */
static bool input_do(bool *is_open)
{
	static char buffer[65536];
	static size_t n;
	struct pollfd p = {.fd = 0, .events = POLLIN};
	static char line[sizeof(buffer)];
	char *end = memchr(buffer, '\n', n);
	ssize_t got;

	if (!end && *is_open && poll(&p, 1, 0) > 0) {
		got = read(0, buffer + n, sizeof(buffer) - n);
		*is_open = got > 0;
		n += got > 0 ? got : 0;
		end = memchr(buffer, '\n', n);
	}
	if (!end)
		return false;
	*end++ = '\0';
	memcpy(line, buffer, end - buffer);
	n -= end - buffer;
	memmove(buffer, end, n);
	line_do(line);
	return true;
}

static void step(void)
{
	ovsdb_client_run(client);
	southbound_run(southbound, &wanted);
	ovsdb_client_forget_changes(client);
	if (is_settling && is_settled()) {
		is_settling = false;
		answer("settled");
	}
	if (is_releasing && southbound_release(southbound)) {
		is_releasing = false;
		answer("released");
	}
}

int main(int argc, char **argv)
{
	const struct ovsdb_client_config config = {
		.database = "OVN_Southbound",
		.filter = engine_sb_filter,
		.probe_ms = -1,
	};
	struct ovsdb_tls tls = {0};
	bool is_open = true;
	struct error e;

	if (argc == 5)
		tls = (struct ovsdb_tls){argv[2], argv[3], argv[4]};
	else if (argc != 2) {
		fprintf(stderr, "usage: sbtool REMOTE [KEY CERTIFICATE CA]\n");
		return 2;
	}
	client = ovsdb_client_new(&config);
	southbound = client ? southbound_new(client) : NULL;
	if (!southbound)
		return 1;
	if (ovsdb_client_set_remotes(client, argv[1], &tls, &e)) {
		fprintf(stderr, "sbtool: %s\n", e.text);
		return 1;
	}
	while (is_open || is_settling || is_releasing) {
		struct waits w;
		bool is_busy;

		step();
		is_busy = is_settling || is_releasing;
		if (!is_busy && input_do(&is_open))
			continue;
		waits_init(&w);
		ovsdb_client_wait(client, &w);
		southbound_wait(southbound, &w);
		if (!is_busy && is_open)
			waits_fd(&w, 0, POLLIN);
		if (is_releasing)
			waits_until(&w, time_ms() + 100);
		waits_block(&w);
	}
	southbound_free(southbound);
	ovsdb_client_free(client);
	return 0;
}
