/* SPDX-License-Identifier: GPL-2.0-only */
/* One frame in the programs and in the model. */
#ifndef SELFTESTS_MODEL_COMPARE_H
#define SELFTESTS_MODEL_COMPARE_H

#include "drop.h"
#include "random.h"

#define QUEUE_MAX 64

struct queued {
	struct arrival_at at;
	struct frame f;
};

#define RECENT_MAX 4

/* What an answer must look like where it arrives, if it does. */
struct promise {
	bool is_set;
	struct arrival_at at;
	struct tuple t;
};

struct heard { /* a frame that came out, and where */
	struct arrival_at at;
	struct frame f;
	struct promise promise; /* of what answers it */
};

#define HEARD_MAX 24
#define SENT_MAX 16
#define DIRECT_MAX 512

struct session {
	const struct logical *net;
	struct known known;
	/* Answers that guests are about to give. */
	struct queued queue[QUEUE_MAX];
	size_t n_queued;
	/* Of networks without a gateway, to be sent again. */
	struct queued recent[RECENT_MAX];
	size_t n_recent;
	/* Of networks with a gateway: dialogs.c, promises.c. */
	struct queued root, sent[SENT_MAX], later;
	bool has_later;
	struct heard heard[HEARD_MAX];
	size_t n_heard;
	struct promise promise; /* of the frame at hand */
	struct tuple direct[DIRECT_MAX];
	size_t n_direct;
	/* Packets at each LSP's counter, by what was seen. */
	uint64_t in[LSPS_MAX], out[LSPS_MAX];
	bool is_taken; /* the frame at hand, from the physical network */
	/* How much was tested. */
	uint64_t n_frames, n_steps, n_outs, n_drops, n_open;
	uint64_t reasons[DROP_REASON_COUNT];
	bool is_over; /* the model lost track: no more of this network */
	char problem[16384];
};

/* What the programs did with one frame on one chassis. */
struct observed {
	struct out out[OUTS_MAX];
	struct frame raw[OUTS_MAX]; /* as it left, outer headers included */
	size_t n_out;
	unsigned int drop[DROP_REASON_COUNT];
};

/* The frame, and what follows from it on other chassis.  False: they differ,
 * problem says how. */
bool session_step(struct session *s, const struct arrival_at *at,
		  const struct frame *f, int depth);

/* match.c: is it one of the model's outcomes? */
/* An ARP request, longer than it need be. */
bool frame_has_tail(const struct frame *f);
bool result_matches(const struct result *r, const struct observed *o);

/* invariants.c: what holds whatever the network is.  NULL, or what does not. */
const char *invariant_broken(const struct logical *net,
			     const struct arrival_at *at, const struct frame *f,
			     const struct observed *o);

/* dialogs.c: the next frame. */
void dialog_next(struct session *s, struct queued *q);
/* promises.c: a frame is about to be sent; one came out, and may be answered. */
void dialog_begin(struct session *s);
void dialog_note(struct session *s, const struct out *out);
const char *promise_broken(const struct session *s, const struct observed *o);

/* report.c */
void session_report(struct session *s, const struct arrival_at *at,
		    const struct frame *f, const struct result *r,
		    const struct observed *o, const char *what);
void session_problem(struct session *s, const char *format, ...)
	__attribute__((format(printf, 2, 3)));

#endif /* SELFTESTS_MODEL_COMPARE_H */
