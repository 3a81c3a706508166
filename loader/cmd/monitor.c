// SPDX-License-Identifier: GPL-2.0-only
/* xovn monitor: what happens to packets, while it happens. */
#include "cmd/monitor.h"

#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "cmd/cmd.h"
#include "cmd/pcapng.h"
#include "sync/monitor.h"

#define NS 1000000000ll
#define MS 1000000ll
#define RATE_DEFAULT 1000 /* events per second and CPU */
#define SNAPLEN_DEFAULT 128
#define SNAPLEN_LOWEST 14 /* an Ethernet header */
#define KIB 1024

/* Ends the reading: as many events as --count asked for. */
#define ENOUGH (-ECANCELED)

struct monitor_run {
	struct state s;
	struct monitor m;
	struct monitor_val want;
	struct pcapng pcap;
	const char *pcap_name; /* NULL: none */
	FILE *pcap_file;
	bool is_pcap_stdout, as_json;
	uint32_t *pcap_ifindex; /* by number of the interface there */
	uint32_t count, duration; /* 0: no end */
	uint32_t n_events;
	int64_t wall; /* clock less CLOCK_MONOTONIC, ns */
	uint64_t lost; /* that were told */
	uint64_t pcap_lost; /* ... but not yet in the file */
	struct error *e;
};

static volatile sig_atomic_t is_stopped;

static void on_signal(int number)
{
	(void)number;
	is_stopped = 1;
}

/* A second one ends us at once, in case that nobody takes our output. */
static void catch_signals(void)
{
	struct sigaction action = {.sa_handler = on_signal,
				   .sa_flags = SA_RESETHAND};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
	sigaction(SIGHUP, &action, NULL);
	signal(SIGPIPE, SIG_IGN);
}

static int64_t clock_ns(clockid_t id)
{
	struct timespec t;

	clock_gettime(id, &t);
	return t.tv_sec * NS + t.tv_nsec;
}

static int write_error(const struct monitor_run *r, const char *where, int err)
{
	if (err == EPIPE || err == EINTR)
		return -EPIPE;
	return error_set(r->e, err, "%s: cannot write: %s", where,
			 strerror(err));
}

/* ---- --pcap ---- */

static int pcap_open(struct monitor_run *r)
{
	int err;

	if (!r->pcap_name)
		return 0;
	r->pcap_file = r->is_pcap_stdout ? stdout : fopen(r->pcap_name, "we");
	if (!r->pcap_file)
		return error_set(r->e, errno, "--pcap %s: cannot open: %s",
				 r->pcap_name, strerror(errno));
	err = pcapng_begin(&r->pcap, r->pcap_file, r->want.snaplen,
			   "xovn " XOVN_VERSION);
	return err ? write_error(r, r->pcap_name, -err) : 0;
}

static int pcap_close(struct monitor_run *r)
{
	int err = 0;

	if (r->pcap_file && !r->is_pcap_stdout && fclose(r->pcap_file))
		err = write_error(r, r->pcap_name, errno);
	free(r->pcap_ifindex);
	return err;
}

static int pcap_interface(struct monitor_run *r, const struct event *event,
			  const struct event_names *names, uint32_t *number)
{
	char unnamed[IF_NAMESIZE];
	uint32_t *list;

	for (*number = 0; *number < r->pcap.n_interfaces; ++*number)
		if (r->pcap_ifindex[*number] == event->ifindex)
			return 0;
	list = reallocarray(r->pcap_ifindex, *number + 1, sizeof(*list));
	if (!list)
		return -ENOMEM;
	r->pcap_ifindex = list;
	list[*number] = event->ifindex;
	snprintf(unnamed, sizeof(unnamed), "if%u", event->ifindex);
	return pcapng_interface(
		&r->pcap, names->interface[0] ? names->interface : unnamed,
		number);
}

static int pcap_event(struct monitor_run *r, const struct event *event,
		      uint64_t time, const struct event_names *names)
{
	struct pcapng_packet packet = {
		.time = time,
		.data = event->head,
		.captured = event->captured < EVENT_HEAD_MAX ? event->captured :
							       EVENT_HEAD_MAX,
		.len = event->len,
		.lost = r->pcap_lost,
	};
	char comment[EVENT_COMMENT_MAX];
	int err;

	event_comment(comment, sizeof(comment), event, names);
	packet.comment = comment;
	err = pcap_interface(r, event, names, &packet.interface);
	if (!err)
		err = pcapng_packet(&r->pcap, &packet);
	if (err)
		return write_error(r, r->pcap_name, -err);
	r->pcap_lost = 0;
	return 0;
}

/* ---- text and JSON ---- */

static int flush_line(const struct monitor_run *r)
{
	errno = 0;
	if (putchar('\n') != EOF && !fflush(stdout))
		return 0;
	return write_error(r, "standard output", errno ? errno : EIO);
}

static int print_json(const struct monitor_run *r, json_t *o)
{
	int failed = json_dumpf(o, stdout, JSON_COMPACT);

	json_decref(o);
	if (failed)
		return write_error(r, "standard output", errno ? errno : EIO);
	return flush_line(r);
}

static int print_event(const struct monitor_run *r, const struct event *event,
		       uint64_t time, const struct event_names *names)
{
	char line[EVENT_LINE_MAX];

	if (r->as_json)
		return print_json(r, event_json(event, time, names));
	event_line(line, sizeof(line), event, time, names);
	fputs(line, stdout);
	return flush_line(r);
}

static int on_event(void *arg, const struct event *event)
{
	struct monitor_run *r = arg;
	uint64_t time = event->time + r->wall;
	struct event_names names;
	int err = 0;

	event_names_find(&r->s, event, &names);
	if (r->pcap_name)
		err = pcap_event(r, event, time, &names);
	if (!err && !r->is_pcap_stdout)
		err = print_event(r, event, time, &names);
	if (err)
		return err;
	return ++r->n_events == r->count ? ENOUGH : 0;
}

/* ---- the loop ---- */

static int tell_lost(struct monitor_run *r)
{
	uint64_t seen, lost, n;
	int err = monitor_counts(&r->m, &seen, &lost, r->e);

	if (err || lost == r->lost)
		return err;
	n = lost - r->lost;
	r->lost = lost;
	r->pcap_lost += n;
	if (r->as_json)
		return print_json(r, json_pack("{s:s, s:I}", "event", "lost",
					       "lost", (json_int_t)n));
	if (r->is_pcap_stdout) {
		fprintf(stderr, "xovn: monitor: %" PRIu64 " events lost\n", n);
		return 0;
	}
	printf("%" PRIu64
	       " events lost (over --rate, or the reader is too slow)",
	       n);
	return flush_line(r);
}

static int tick(struct monitor_run *r)
{
	int ret = tell_lost(r);

	if (!ret)
		ret = monitor_renew(&r->m, r->e);
	if (ret > 0)
		warning("monitor: it stood still for over %d seconds; what "
			"happened meanwhile is not shown",
			MONITOR_LEASE);
	return ret < 0 ? ret : 0;
}

/* Until the next thing to do; -EPIPE: nobody reads standard output. */
static int wait_event(const struct monitor_run *r, int64_t until)
{
	struct pollfd fds[] = {
		{.fd = monitor_fd(&r->m), .events = POLLIN},
		{.fd = STDOUT_FILENO},
	};
	int64_t ns = until - clock_ns(CLOCK_MONOTONIC);

	if (poll(fds, 2, ns > 0 ? (ns + MS - 1) / MS : 0) < 0 && errno != EINTR)
		return error_set(r->e, errno, "poll: %s", strerror(errno));
	return fds[1].revents ? -EPIPE : 0;
}

static int watch(struct monitor_run *r)
{
	int64_t now = clock_ns(CLOCK_MONOTONIC), next = now, until;
	int64_t end = r->duration ? now + r->duration * NS : INT64_MAX;
	int ret = 0;

	while (!is_stopped && now < end) {
		until = next < end ? next : end;
		ret = wait_event(r, ret > 0 ? now : until);
		if (ret)
			return ret;
		now = clock_ns(CLOCK_MONOTONIC);
		r->wall = clock_ns(CLOCK_REALTIME) - now;
		ret = monitor_read(&r->m);
		if (ret < 0)
			return ret;
		if (now < next)
			continue;
		next = now + MONITOR_RENEWAL * NS;
		ret = tick(r);
		if (ret)
			return ret;
	}
	return 0;
}

/* What is still in the ring, and totals. */
static int finish(struct monitor_run *r, int ret)
{
	uint64_t seen, lost;

	monitor_stop(&r->m);
	while (!ret) {
		int n = monitor_read(&r->m);

		if (n <= 0) {
			ret = n;
			break;
		}
	}
	if (ret == ENOUGH)
		ret = 0;
	if (!ret)
		ret = tell_lost(r);
	if (ret == -EPIPE) {
		clearerr(stdout); /* the reader has seen enough */
		return 0;
	}
	if (ret)
		return ret;
	ret = monitor_counts(&r->m, &seen, &lost, r->e);
	if (!ret)
		fprintf(stderr,
			"xovn: monitor: %" PRIu32 " event%s, %" PRIu64
			" lost, of %" PRIu64 " packets that matched\n",
			r->n_events, r->n_events == 1 ? "" : "s", lost, seen);
	return ret;
}

static int run(struct monitor_run *r, const char *port, uint32_t buffer)
{
	struct port_key key;
	int ret = 0;

	if (port)
		ret = monitor_port_find(&r->s, port, &key, r->e);
	if (ret)
		return ret;
	if (port) {
		r->want.datapath = key.datapath;
		r->want.port = key.port;
	}
	catch_signals();
	ret = monitor_open(&r->m, &r->s, &r->want, buffer, on_event, r, r->e);
	if (ret)
		return ret;
	ret = pcap_open(r);
	if (!ret)
		fprintf(stderr,
			"xovn: monitor: listening (place %u of %d); ^C ends "
			"it\n",
			r->m.slot + 1, MONITOR_SLOTS);
	ret = finish(r, ret ? ret : watch(r));
	monitor_close(&r->m);
	return ret;
}

/* ---- options ---- */

struct monitor_text {
	const char *port, *reason, *sample, *rate, *snaplen, *count, *duration,
		*buffer;
	bool drops, connections, punt;
};

static int usage(struct error *e, const char *what)
{
	error_set(e, EINVAL, "%s", what);
	return CMD_USAGE;
}

static int parse_numbers(const struct monitor_text *t, struct monitor_run *r,
			 uint32_t *buffer)
{
	const struct {
		const char *option, *text;
		uint32_t lowest, highest, *number;
	} numbers[] = {
		{"sample", t->sample, 1, UINT32_MAX, &r->want.sample},
		{"rate", t->rate, 0, UINT32_MAX, &r->want.rate},
		{"snaplen", t->snaplen, SNAPLEN_LOWEST, EVENT_HEAD_MAX,
		 &r->want.snaplen},
		{"count", t->count, 1, UINT32_MAX, &r->count},
		{"duration", t->duration, 1, INT32_MAX, &r->duration},
		{"buffer", t->buffer, MONITOR_RING_LOWEST / KIB,
		 MONITOR_RING_HIGHEST / KIB, buffer},
	};
	int ret = 0;

	for (size_t i = 0; i < sizeof(numbers) / sizeof(*numbers) && !ret; i++)
		ret = option_number(numbers[i].option, numbers[i].text,
				    numbers[i].lowest, numbers[i].highest,
				    numbers[i].number, r->e);
	*buffer *= KIB;
	return ret;
}

static int parse(const struct monitor_text *t, struct monitor_run *r)
{
	if (t->reason && (t->connections || t->punt))
		return usage(r->e, "--reason is of drops; without "
				   "--new-connections and --punt");
	r->is_pcap_stdout = r->pcap_name && !strcmp(r->pcap_name, "-");
	if (r->is_pcap_stdout && r->as_json)
		return usage(r->e, "--pcap - and --json both want standard "
				   "output");
	if (r->is_pcap_stdout && isatty(STDOUT_FILENO))
		return usage(r->e, "--pcap -: standard output is a terminal; "
				   "wireshark -k -i - or the like is wanted");
	r->want.kinds = (t->drops ? 1u << EVENT_DROP : 0) |
			(t->connections ? 1u << EVENT_NEW_CONNECTION : 0) |
			(t->punt ? 1u << EVENT_PUNT : 0);
	if (!r->want.kinds)
		r->want.kinds = 1u << EVENT_DROP;
	return t->reason ? drop_reason_find(t->reason, &r->want.reason, r->e) :
			   0;
}

int cmd_monitor(const char *pin, int argc, char **argv, struct error *e)
{
	struct monitor_run r = {
		.want = {.sample = 1,
			 .rate = RATE_DEFAULT,
			 .snaplen = SNAPLEN_DEFAULT},
		.e = e,
	};
	uint32_t buffer = MONITOR_RING_DEFAULT / KIB;
	struct monitor_text t = {0};
	const struct option_def options[] = {
		{"drops", NULL, &t.drops},
		{"new-connections", NULL, &t.connections},
		{"punt", NULL, &t.punt},
		{"port", &t.port, NULL},
		{"reason", &t.reason, NULL},
		{"sample", &t.sample, NULL},
		{"rate", &t.rate, NULL},
		{"snaplen", &t.snaplen, NULL},
		{"count", &t.count, NULL},
		{"duration", &t.duration, NULL},
		{"buffer", &t.buffer, NULL},
		{"pcap", &r.pcap_name, NULL},
		{"json", NULL, &r.as_json},
		{0},
	};
	int ret = options_parse(argc, argv, options, NULL, 0, e), err;

	if (!ret)
		ret = parse_numbers(&t, &r, &buffer);
	if (!ret)
		ret = parse(&t, &r);
	if (!ret)
		ret = state_open(&r.s, pin, STATE_READ, e);
	if (ret)
		return ret;
	ret = run(&r, t.port, buffer);
	err = pcap_close(&r);
	state_close(&r.s);
	return ret ? ret : err;
}
