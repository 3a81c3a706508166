// SPDX-License-Identifier: GPL-2.0-only
/* What differed, in words and bytes. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "compare.h"

void session_problem(struct session *s, const char *format, ...)
{
	size_t n = strlen(s->problem);
	va_list args;

	va_start(args, format);
	vsnprintf(s->problem + n, sizeof(s->problem) - n, format, args);
	va_end(args);
}

static void frame_text(struct session *s, const char *label,
		       const struct frame *f)
{
	char text[400];

	packet_decode(f->data, f->len, text, sizeof(text));
	session_problem(s, "#     %s%s\n", label, text);
}

static void frame_hex(struct session *s, const struct frame *f)
{
	session_problem(s, "#   hex ");
	for (size_t i = 0; i < f->len && i < 200; i++)
		session_problem(s, "%02x", f->data[i]);
	session_problem(s, "%s (%zu bytes)\n", f->len > 200 ? "..." : "",
			f->len);
}

static void out_text(struct session *s, const struct out *o)
{
	if (o->kind == OUT_TUNNEL)
		session_problem(s, "#   tunnel to %s VNI %u in %u out %u%s\n",
				s->net->chassis[o->chassis].name, o->vni, o->in,
				o->out, o->is_optional ? " (may)" : "");
	else if (o->port < 0)
		session_problem(
			s,
			o->kind == OUT_EXTERNAL ?
				"#   to the physical network, with a wrong tag\n" :
				"#   to an interface that is no port's\n");
	else
		session_problem(s, "#   to %s\n", s->net->lsp[o->port].name);
	frame_text(s, "", &o->frame);
	frame_hex(s, &o->frame);
}

static const char *reason_name(int reason)
{
	static const char *const names[] = {[DROP_NONE] = "nothing",
#define X(number, name, what, where) [DROP_##name] = #name,
					    XOVN_DROP_REASONS(X)
#undef X
	};

	return names[reason];
}

static void result_text(struct session *s, const struct result *r)
{
	for (size_t i = 0; i < r->n_out; i++)
		out_text(s, &r->out[i]);
	for (size_t i = 0; i < r->n_drops; i++) {
		session_problem(s, "#   drop");
		for (int reason = 0; reason < DROP_REASON_COUNT; reason++) {
			if (r->drop[i] >> reason & 1)
				session_problem(s, " %s", reason_name(reason));
		}
		session_problem(s, "\n");
	}
}

void session_report(struct session *s, const struct arrival_at *at,
		    const struct frame *f, const struct result *r,
		    const struct observed *o, const char *what)
{
	session_problem(s, "# %s\n# frame %llu, at %s of %s:\n", what,
			(unsigned long long)s->n_frames,
			at->place == AT_VIF	 ? s->net->lsp[at->lsp].name :
			at->place == AT_EXTERNAL ? "the physical network" :
						   "the underlay",
			s->net->chassis[at->chassis].name);
	frame_text(s, "", f);
	frame_hex(s, f);
	if (r) {
		session_problem(s, "# model%s:\n",
				r->is_overflow ? " (lost track)" : "");
		result_text(s, r);
	}
	session_problem(s, "# programs:\n");
	for (size_t i = 0; i < o->n_out; i++)
		out_text(s, &o->out[i]);
	for (int reason = 1; reason < DROP_REASON_COUNT; reason++) {
		if (o->drop[reason])
			session_problem(s, "#   drop %s x%u\n",
					reason_name(reason), o->drop[reason]);
	}
}
