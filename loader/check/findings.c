// SPDX-License-Identifier: GPL-2.0-only
#include "check/check.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "utf8.h"
#include "vswitch/settings.h"

/* A text out of a database, of a file, or as it was typed. */
static char *copy(struct check *c, const char *text)
{
	char *new = text ? strdup(text) : NULL;

	if (text && !new)
		c->is_short = true;
	if (new) {
		text_clean(new);
		utf8_clean(new);
	}
	return new;
}

void check_add(struct check *c, enum check_level level, const char *group,
	       const char *topic, const char *object, const char *remedy,
	       const char *format, ...)
{
	size_t len = object ? strlen(object) : 0;
	struct check_finding *f;
	char text[1024];
	const char *said = text; /* without the object in front */
	va_list args;

	va_start(args, format);
	vsnprintf(text, sizeof(text), format, args);
	va_end(args);
	if (object && !strncmp(text, object, len) &&
	    !strncmp(text + len, ": ", 2))
		said = text + len + 2;
	f = reallocarray(c->findings, c->n_findings + 1, sizeof(*f));
	if (!f) {
		c->is_short = true;
		return;
	}
	c->findings = f;
	f += c->n_findings++;
	c->n_levels[level]++;
	*f = (struct check_finding){
		.level = level,
		.group = group,
		.topic = topic,
		.object = copy(c, object),
		.text = copy(c, said),
		.remedy = copy(c, remedy),
	};
}

void check_free(struct check *c)
{
	for (size_t i = 0; i < c->n_findings; i++) {
		free(c->findings[i].object);
		free(c->findings[i].text);
		free(c->findings[i].remedy);
	}
	free(c->findings);
	free(c->guests);
	host_config_free(&c->config);
	settings_clear(&c->settings);
	nb_free(&c->nb);
	placement_free(&c->placement);
	netlink_close(&c->nl);
}
