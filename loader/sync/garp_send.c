// SPDX-License-Identifier: GPL-2.0-only
#include "sync/garp_send.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "companion.h"

/* Seconds between one announcement and the next. */
static const unsigned int pauses[] = {1, 2, 4, 8};

#define N_PAUSES (sizeof(pauses) / sizeof(pauses[0]))

/* A child looks so often whether there is anything left to announce. */
#define CHECKS_PER_SECOND 4

struct garp_queue {
	struct announcements a;
	int fd; /* -1: not open (yet) */
};

static void put16(uint8_t **p, uint16_t value)
{
	*(*p)++ = value >> 8;
	*(*p)++ = value;
}

static void put(uint8_t **p, const void *from, size_t n)
{
	memcpy(*p, from, n);
	*p += n;
}

size_t garp_frame(uint8_t frame[GARP_FRAME_MAX], const uint8_t mac[6],
		  const uint8_t ip[4], uint16_t vlan, uint16_t vlan_type)
{
	static const uint8_t broadcast[6] = {0xff, 0xff, 0xff,
					     0xff, 0xff, 0xff};
	static const uint8_t zero[6];
	uint8_t *p = frame;

	put(&p, broadcast, 6);
	put(&p, mac, 6);
	if (vlan) {
		put16(&p, vlan_type);
		put16(&p, vlan);
	}
	put16(&p, ETHERTYPE_ARP);
	put16(&p, ARPHRD_ETHER);
	put16(&p, ETHERTYPE_IP);
	*p++ = 6;
	*p++ = 4;
	put16(&p, ARPOP_REQUEST);
	put(&p, mac, 6);
	put(&p, ip, 4);
	put(&p, zero, 6);
	put(&p, ip, 4);
	return p - frame;
}

/* 0: sent, or the interface is down for now; -errno: it is gone. */
static int send_one(int fd, const struct announcement *a)
{
	struct sockaddr_ll to = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(ETHERTYPE_ARP),
				 .sll_ifindex = a->ifindex,
				 .sll_halen = 6};
	uint8_t frame[GARP_FRAME_MAX];
	size_t len =
		garp_frame(frame, a->val.mac, a->key.ip, a->vlan, a->vlan_type);

	memset(to.sll_addr, 0xff, 6);
	if (sendto(fd, frame, len, MSG_DONTWAIT, (struct sockaddr *)&to,
		   sizeof(to)) >= 0)
		return 0;
	return errno == ENXIO || errno == ENODEV ? -errno : 0;
}

/* By name: the directory may have gone and come again. */
static bool is_wanted_by_name(const struct state *s,
			      const struct announcement *a)
{
	static const enum image_table_id ids[] = {IMAGE_GARP, IMAGE_PORT,
						  IMAGE_L2};
	struct garp_source maps = {0};
	bool is_same = true;
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++) {
		state_path(s, path, image_table_name(ids[i]));
		maps.fd[ids[i]] = bpf_obj_get(path);
		is_same &= maps.fd[ids[i]] >= 0;
	}
	is_same = is_same && garp_is_wanted(&maps, a);
	for (size_t i = 0; i < sizeof(ids) / sizeof(ids[0]); i++)
		if (maps.fd[ids[i]] >= 0)
			close(maps.fd[ids[i]]);
	return is_same;
}

static void drop_unwanted(const struct state *s, struct announcements *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (is_wanted_by_name(s, &a->list[i]))
			a->list[n++] = a->list[i];
	a->n = n;
}

/* Ends before its time when nothing is left to announce. */
static bool pause_child(const struct state *s, unsigned int seconds,
			struct announcements *a)
{
	const struct timespec step = {.tv_nsec =
					      1000000000L / CHECKS_PER_SECOND};

	for (unsigned int i = 0; i < seconds * CHECKS_PER_SECOND; i++) {
		nanosleep(&step, NULL);
		/* The first stands for all until they are sent. */
		while (a->n && !is_wanted_by_name(s, &a->list[0]))
			a->list[0] = a->list[--a->n];
		if (!a->n)
			return false;
	}
	return true;
}

static void send_rest(const struct state *s, int fd, struct announcements *a)
{
	for (size_t k = 0; k < N_PAUSES; k++) {
		if (!pause_child(s, pauses[k], a))
			return;
		drop_unwanted(s, a);
		for (size_t i = 0; i < a->n;)
			if (send_one(fd, &a->list[i]))
				a->list[i] = a->list[--a->n];
			else
				i++;
	}
}

/* Keeps nothing that its parent's caller may be waiting for: a terminal, a
 * pipe, the lock of the directory. */
static void child_run(const struct state *s, int fd, struct announcements *a)
{
	int null = open("/dev/null", O_RDWR);

	companion_leave();
	if (null < 0 || chdir("/") || setsid() < 0)
		_exit(1);
	for (int i = 0; i < 3; i++)
		dup2(null, i);
	if (fd != 3 && dup2(fd, 3) != 3)
		_exit(1);
	if (close_range(4, ~0U, 0))
		_exit(1);
	send_rest(s, 3, a);
	_exit(0);
}

static void send_later(const struct state *s, int fd, struct announcements *a)
{
	pid_t pid = fork();

	if (pid < 0) {
		warning("announcements go out once only: fork: %s",
			strerror(errno));
		return;
	}
	if (pid) {
		waitpid(pid, NULL, 0);
		return;
	}
	/* A grandchild belongs to nobody who would have to wait for it. */
	if (!fork())
		child_run(s, fd, a);
	_exit(0);
}

int announcements_add(struct announcements *a, const struct announcement *one)
{
	if (a->n == a->capacity) {
		size_t capacity = a->capacity ? 2 * a->capacity : 16;
		void *p = reallocarray(a->list, capacity, sizeof(*one));

		if (!p)
			return -ENOMEM;
		a->list = p;
		a->capacity = capacity;
	}
	a->list[a->n++] = *one;
	return 0;
}

static int open_socket(void)
{
	int fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);

	return fd < 0 ? -errno : fd;
}

struct garp_queue *garp_queue_new(void)
{
	struct garp_queue *q = calloc(1, sizeof(*q));

	if (q)
		q->fd = -1;
	return q;
}

void garp_queue_free(struct garp_queue *q)
{
	if (!q)
		return;
	if (q->fd >= 0)
		close(q->fd);
	free(q->a.list);
	free(q);
}

/* One that is on its way (among the first n) begins anew. */
static int queue_add(struct garp_queue *q, size_t n,
		     const struct announcement *one)
{
	for (size_t i = 0; i < n; i++) {
		if (memcmp(&q->a.list[i].key, &one->key, sizeof(one->key)))
			continue;
		q->a.list[i] = *one;
		return 0;
	}
	return announcements_add(&q->a, one);
}

/* false: it was the last time, or there is nobody to send it to. */
static bool queue_send(struct garp_queue *q, struct announcement *a)
{
	if (send_one(q->fd, a) || a->n_sent == N_PAUSES)
		return false;
	a->due += pauses[a->n_sent++] * 1000;
	return true;
}

static int queue_all(struct garp_queue *q, const struct announcements *a)
{
	int64_t now = time_ms();
	size_t n = q->a.n;
	int err = 0;

	if (q->fd < 0)
		q->fd = open_socket();
	if (q->fd < 0)
		return q->fd;
	for (size_t i = 0; i < a->n && !err; i++) {
		struct announcement one = a->list[i];

		one.due = now;
		one.n_sent = 0;
		if (queue_send(q, &one))
			err = queue_add(q, n, &one);
	}
	return err ? err : (int)a->n;
}

void garp_queue_run(struct garp_queue *q, const struct state *s)
{
	int64_t now = time_ms();
	struct garp_source maps;

	garp_source_maps(&maps, s);
	for (size_t i = 0; i < q->a.n;) {
		struct announcement *a = &q->a.list[i];

		if (a->due > now ||
		    (garp_is_wanted(&maps, a) && queue_send(q, a)))
			i++;
		else
			*a = q->a.list[--q->a.n];
	}
}

void garp_queue_wait(const struct garp_queue *q, struct waits *w)
{
	for (size_t i = 0; i < q->a.n; i++)
		waits_until(w, q->a.list[i].due);
}

int garp_send(const struct state *s, struct announcements *a,
	      struct garp_queue *queue)
{
	size_t n = a->n;
	int fd;

	if (!n)
		return 0;
	if (queue)
		return queue_all(queue, a);
	fd = open_socket();
	if (fd < 0)
		return fd;
	for (size_t i = 0; i < n; i++)
		send_one(fd, &a->list[i]);
	send_later(s, fd, a);
	close(fd);
	return n;
}
