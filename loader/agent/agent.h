/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * xovn agent: what ovn-controller and ovs-vswitchd are on a host.  One thread,
 * one loop; the kernel forwards by itself, whether this runs or not.
 *
 *   agent.c      the loop: who is asked for what, in which order
 *   update.c     what changed into the maps; who is told
 *   links.c      interfaces: what changed, underlay, physical networks
 *   vifs.c       ... VIFs
 *   report.c     lines for the log, each once
 *   notify.c     what systemd is told
 *   privileges.c what root could do and this need not
 *   ../vswitch/ conf.db;  ../southbound/ SB;  ../engine/ rows to maps
 */
#ifndef XOVN_AGENT_AGENT_H
#define XOVN_AGENT_AGENT_H

#include "engine/engine.h"
#include "southbound/southbound.h"
#include "vswitch/vswitch.h"
#include "sync/upcalls.h"

struct agent_options {
	const char *pin;
	const char *db; /* remote of conf.db */
	const char *nb; /* remote of NB instead of the settings', or NULL */
	bool is_releasing; /* leave the cluster at the end */
	struct apply_options apply;
};

/* Runs until SIGTERM or SIGINT.  0, or -errno with e filled: could not begin
 * (another agent runs, no bpffs, no memory, ...). */
int agent_main(const struct agent_options *options, struct error *e);

/* ---- privileges.c ---- */

/* Keeps the capabilities that the agent needs, of those it has, and sets
 * no_new_privs (capabilities(7)).  0, or -errno with e filled. */
int privileges_drop(struct error *e);
/* Names of those that the agent needs and this process lacks, at most max. */
size_t privileges_missing(const char **names, size_t max);

/* ---- report.c: a line for what is new, none for what lasts ---- */

enum report_topic {
	REPORT_CONF,
	REPORT_SB,
	REPORT_NB,
	REPORT_SETTINGS,
	REPORT_UNDERLAY,
	REPORT_NETWORKS,
	REPORT_VIFS,
	REPORT_COMPILE,
	REPORT_UPCALLS,
	REPORT_TOPICS,
};

struct report {
	char last[REPORT_TOPICS][512];
	char **notes; /* those reported */
	size_t n_notes;
};

/* Prints the line unless it is the topic's last one. */
void report(struct report *r, enum report_topic topic, const char *format, ...)
	__attribute__((format(printf, 3, 4)));
/* The topic is as it should be; returns whether it was not. */
bool report_solved(struct report *r, enum report_topic topic);
/* Prints the notes that were not among the last; takes them over. */
void report_notes(struct report *r, char **notes, size_t n);
void report_free(struct report *r);

/* ---- links.c, vifs.c: interfaces that the maps speak of ---- */

/* More of them at once are not worth telling apart. */
#define LINKS_CHANGED_MAX 64

struct links {
	struct live *live;
	struct report *report;
	int watch; /* netlink: links and addresses that change */
	bool is_stale; /* anything may have changed there: ask for all */
	uint32_t changed[LINKS_CHANGED_MAX]; /* ifindexes of what has */
	size_t n_changed;
	bool are_nics_stale; /* an address has changed, or a NIC */
	/* That carry our program, by ifindex. */
	struct compile_binding *vifs;
	size_t n_vifs;
	struct compile_mapping *mappings;
	size_t n_mappings;
	char underlay[16]; /* that has the encap IP, "": none */
	uint32_t underlay_ifindex; /* 0: none */
	uint64_t version; /* counts changes of vifs and mappings */
	int64_t retry; /* time_ms() of another try, INT64_MAX: none */
};

/* Adopts what is attached. */
int links_init(struct links *l, struct live *live, struct report *report,
	       struct error *e);
void links_free(struct links *l);
/* Notices what the kernel tells about interfaces. */
void links_run(struct links *l);
void links_wait(const struct links *l, struct waits *w);
bool links_have_changed(const struct links *l);
/* By ifindex. */
void bindings_sort(struct compile_binding *list, size_t n);
/* All of it is done. */
void links_settle(struct links *l);
/* Something failed: all of it once more, after a pause. */
void links_try_again(struct links *l);
const struct compile_binding *links_vif(const struct links *l,
					uint32_t ifindex); /* NULL: none */
/* The programs are on v's VIFs and on no others.  One that cannot take it
 * gets its error in v.  The kernel is asked for those that have changed. */
void links_set_vifs(struct links *l, struct vswitch *v);
/* Finds who has the encap IP; true: somebody has. */
bool links_find_underlay(struct links *l, const struct vswitch_settings *s);
/* Underlay and physical networks; the maps exist. */
void links_set_nics(struct links *l, const struct vswitch *v);

/* ---- notify.c: readiness, state and signs of life for systemd ---- */

struct notify {
	int fd; /* -1: nobody wants to know */
	bool is_ready; /* and said so */
	char status[600]; /* said last */
	int64_t period; /* between signs of life, ms; 0: none are wanted */
	int64_t next; /* time_ms() of the next word, 0: none due */
};

struct agent;

void notify_open(struct notify *n);
void notify_run(struct notify *n, const struct agent *a);
void notify_wait(const struct notify *n, struct waits *w);
void notify_stopping(const struct notify *n);
void notify_close(struct notify *n);

/* ---- update.c ---- */

struct agent {
	const struct agent_options *options;
	struct report report;
	struct notify notify;
	int signals; /* signalfd */
	struct live *live;
	struct links links;
	struct ovsdb_client *conf, *sb, *nb;
	struct client_report { /* in that order */
		bool was_connected;
		uint64_t cause[8]; /* reported since, hashes */
		size_t n_causes;
	} client[3];
	struct vswitch *vswitch;
	struct southbound *southbound;
	struct engine *engine;
	struct upcalls *upcalls;
	uint64_t settings_version; /* of vswitch: remotes are set by it */
	uint64_t links_version; /* ... interfaces are */
	uint64_t compiled_version; /* of links, in the maps */
	bool is_whole; /* the next update trusts nothing kept */
	bool has_underlay; /* somebody has the encap IP */
	bool was_forwarding;
	int64_t behind_since; /* time_ms(): updates fail, 0: they do not */
	int64_t retry; /* time_ms() of another update, 0: with the next change */
	size_t n_seen; /* changed rows that did not help, or SIZE_MAX */
	char **installed; /* names of LSPs */
	size_t n_installed;
};

/* Compiles and writes where anything changed. */
void update(struct agent *a);
void update_forget(struct agent *a); /* what was told */
/* Chassis_Private.nb_cfg, where all of it is in the maps. */
void report_nb_cfg(struct agent *a);
/* As soon as there are maps. */
void open_upcalls(struct agent *a);

#endif /* XOVN_AGENT_AGENT_H */
