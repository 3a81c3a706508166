// SPDX-License-Identifier: GPL-2.0-only
#include "check/check.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "utf8.h"
#include "wire.h"

static const char *const level_names[] = {
	[CHECK_OK] = "ok",
	[CHECK_WARNING] = "warning",
	[CHECK_ERROR] = "error",
};

static const char *const groups[] = {"config",	  "kernel",  "interfaces",
				     "conflicts", "conf",    "databases",
				     "chassis",	  "features"};

static bool is_group_used(const struct check *c, const char *group)
{
	for (size_t i = 0; i < c->n_findings; i++)
		if (!strcmp(c->findings[i].group, group))
			return true;
	return false;
}

void check_print_text(const struct check *c)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(groups[0]); g++) {
		if (!is_group_used(c, groups[g]))
			continue;
		printf("%s\n", groups[g]);
		for (size_t i = 0; i < c->n_findings; i++) {
			const struct check_finding *f = &c->findings[i];

			if (strcmp(f->group, groups[g]))
				continue;
			printf("  %-8s %s%s%s\n", level_names[f->level],
			       f->object ? f->object : "",
			       f->object ? ": " : "", f->text);
			if (f->remedy)
				printf("           %s\n", f->remedy);
		}
	}
	printf("xovn: check: %zu error%s, %zu warning%s\n",
	       c->n_levels[CHECK_ERROR],
	       c->n_levels[CHECK_ERROR] == 1 ? "" : "s",
	       c->n_levels[CHECK_WARNING],
	       c->n_levels[CHECK_WARNING] == 1 ? "" : "s");
}

/* As it was typed: an interface may have any bytes for a name. */
static json_t *typed_json(const char *text)
{
	char copy[XOVN_NAME_LEN];

	snprintf(copy, sizeof(copy), "%s", text);
	utf8_clean(copy);
	return json_string(copy);
}

static json_t *interfaces_json(const struct check *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->options->n_nics; i++) {
		const struct check_nic *nic = &c->options->nics[i];
		const struct check_nic_facts *f = &c->nic[i];
		bool is_underlay = !nic->network[0];
		json_t *one = json_pack(
			"{s:o, s:s, s:o}", "interface", typed_json(nic->ifname),
			"role", is_underlay ? "underlay" : "localnet",
			"network",
			is_underlay ? json_null() : typed_json(nic->network));

		if (f->reason[0])
			json_object_update_new(
				one, json_pack("{s:s, s:s, s:s, s:i}", "driver",
					       f->driver, "mode",
					       f->is_native ? "native" : "tc",
					       "reason", f->reason, "mtu",
					       (int)f->mtu));
		if (f->reason[0] && is_underlay && f->mtu > ENCAP_MTU_COST)
			json_object_set_new(
				one, "guest_mtu",
				json_integer(f->mtu - ENCAP_MTU_COST));
		json_array_append_new(list, one);
	}
	return list;
}

static json_t *notices_json(const struct check *c)
{
	json_t *list = json_array();

	for (size_t i = 0; i < c->nb.n_notices; i++) {
		const struct nb_notice *n = &c->nb.notices[i];
		json_t *rows = json_array();

		for (size_t j = 0; j < n->n_rows; j++)
			json_array_append_new(
				rows,
				json_pack("{s:s, s:I}", "name", n->rows[j].name,
					  "count", (json_int_t)n->rows[j].n));
		json_array_append_new(list, json_pack("{s:s, s:I, s:o}", "what",
						      n->what, "count",
						      (json_int_t)n->n, "rows",
						      rows));
	}
	return list;
}

void check_print_json(const struct check *c)
{
	enum check_level worst = c->n_levels[CHECK_ERROR]   ? CHECK_ERROR :
				 c->n_levels[CHECK_WARNING] ? CHECK_WARNING :
							      CHECK_OK;
	json_t *findings = json_array(), *root;

	for (size_t i = 0; i < c->n_findings; i++) {
		const struct check_finding *f = &c->findings[i];

		json_array_append_new(
			findings,
			json_pack("{s:s, s:s, s:s, s:s?, s:s, s:s?}", "group",
				  f->group, "check", f->topic, "level",
				  level_names[f->level], "object", f->object,
				  "text", f->text, "remedy", f->remedy));
	}
	root = json_pack("{s:s, s:s, s:I, s:I, s:o, s:o, s:o}", "version",
			 XOVN_VERSION, "result", level_names[worst], "errors",
			 (json_int_t)c->n_levels[CHECK_ERROR], "warnings",
			 (json_int_t)c->n_levels[CHECK_WARNING], "findings",
			 findings, "interfaces", interfaces_json(c),
			 "not_honoured", notices_json(c));
	json_dumpf(root, stdout, JSON_INDENT(2));
	putchar('\n');
	json_decref(root);
}
