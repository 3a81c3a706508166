// SPDX-License-Identifier: GPL-2.0-only
#include "sync/garp.h"

#include <arpa/inet.h>
#include <bpf/bpf.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <net/if_arp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

/* Seconds between one announcement and the next. */
static const unsigned int pauses[] = {1, 2, 4, 8};

/* A child looks so often whether there is anything left to announce. */
#define CHECKS_PER_SECOND 4

struct announcement {
	struct garp_key key;
	struct garp_val val;
	uint32_t ifindex;
	uint16_t vlan, vlan_type;
	struct port_key owner; /* port 0: none in the switch */
};

struct announcements {
	struct announcement *list;
	size_t n;
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

/* A guest is announced where it is bound: its placement may be ahead of a
 * migration.  *owner: the port that has the MAC. */
static bool guest_is_here(int l2_fd, int port_fd, const struct announcement *a,
			  struct port_key *owner)
{
	struct l2_key key = {.datapath = a->key.datapath};
	struct port_val port;
	struct l2_val val;

	*owner = (struct port_key){a->key.datapath, 0};
	memcpy(key.mac, a->val.mac, sizeof(key.mac));
	if (bpf_map_lookup_elem(l2_fd, &key, &val))
		return true;
	owner->port = val.port;
	return val.kind != PORT_VIF ||
	       (!bpf_map_lookup_elem(port_fd, owner, &port) && port.ifindex);
}

/* Does it stand in the maps as it did?  By name: the directory may have gone
 * and come again. */
static bool is_wanted(const struct state *s, const struct announcement *a)
{
	static const enum image_table_id ids[] = {IMAGE_GARP, IMAGE_PORT,
						  IMAGE_L2};
	enum { GARP, PORT, L2, COUNT };
	struct port_key port_key = {a->key.datapath, a->val.port}, owner;
	struct port_val port = {0};
	bool is_same = true;
	struct garp_val val;
	char path[PATH_MAX];
	int fd[COUNT];

	for (int i = 0; i < COUNT; i++) {
		state_path(s, path, image_table_name(ids[i]));
		fd[i] = bpf_obj_get(path);
		is_same &= fd[i] >= 0;
	}
	is_same = is_same && !bpf_map_lookup_elem(fd[GARP], &a->key, &val) &&
		  !memcmp(&val, &a->val, sizeof(val)) &&
		  !bpf_map_lookup_elem(fd[PORT], &port_key, &port) &&
		  port.ifindex == a->ifindex && port.vlan == a->vlan &&
		  guest_is_here(fd[L2], fd[PORT], a, &owner);
	for (int i = 0; i < COUNT; i++)
		if (fd[i] >= 0)
			close(fd[i]);
	return is_same;
}

static void drop_unwanted(const struct state *s, struct announcements *a)
{
	size_t n = 0;

	for (size_t i = 0; i < a->n; i++)
		if (is_wanted(s, &a->list[i]))
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
		while (a->n && !is_wanted(s, &a->list[0]))
			a->list[0] = a->list[--a->n];
		if (!a->n)
			return false;
	}
	return true;
}

static void send_rest(const struct state *s, int fd, struct announcements *a)
{
	for (size_t k = 0; k < sizeof(pauses) / sizeof(pauses[0]); k++) {
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

static int announce(const struct state *s, struct announcements *a)
{
	size_t n = a->n;
	int fd;

	if (!n)
		return 0;
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	for (size_t i = 0; i < n; i++)
		send_one(fd, &a->list[i]);
	send_later(s, fd, a);
	close(fd);
	return n;
}

/* Is it to be announced?  arg is the caller's. */
typedef bool (*garp_filter_fn)(const struct announcement *a, void *arg);

struct gather_context {
	const struct state *s;
	garp_filter_fn filter;
	void *arg;
	struct announcements a;
	size_t capacity;
};

static int gather(const void *key, const void *val, void *arg)
{
	struct announcement a = {.key = *(const struct garp_key *)key,
				 .val = *(const struct garp_val *)val};
	struct port_key port_key = {a.key.datapath, a.val.port};
	struct gather_context *c = arg;
	struct port_val port;

	if (bpf_map_lookup_elem(c->s->map_fd[IMAGE_PORT], &port_key, &port) ||
	    !port.ifindex || port.policy.flags & PORT_F_DISABLED)
		return 0;
	if (!guest_is_here(c->s->map_fd[IMAGE_L2], c->s->map_fd[IMAGE_PORT], &a,
			   &a.owner))
		return 0;
	a.ifindex = port.ifindex;
	a.vlan = port.vlan;
	a.vlan_type = port.vlan_type;
	if (!c->filter(&a, c->arg))
		return 0;
	if (c->a.n == c->capacity) {
		size_t capacity = c->capacity ? 2 * c->capacity : 16;
		void *p = reallocarray(c->a.list, capacity, sizeof(a));

		if (!p)
			return -ENOMEM;
		c->a.list = p;
		c->capacity = capacity;
	}
	c->a.list[c->a.n++] = a;
	return 0;
}

static int announce_filtered(const struct state *s, garp_filter_fn filter,
			     void *arg)
{
	struct gather_context c = {.s = s, .filter = filter, .arg = arg};
	int ret = map_for_each(s->map_fd[IMAGE_GARP], sizeof(struct garp_key),
			       sizeof(struct garp_val), gather, &c);

	if (!ret)
		ret = announce(s, &c.a);
	free(c.a.list);
	return ret;
}

static bool is_of_iface(const struct announcement *a, void *arg)
{
	return a->ifindex == *(uint32_t *)arg;
}

int garp_announce_iface(const struct state *s, uint32_t ifindex)
{
	return announce_filtered(s, is_of_iface, &ifindex);
}

static bool is_of_guest(const struct announcement *a, void *arg)
{
	return !memcmp(&a->owner, arg, sizeof(a->owner));
}

int garp_announce_guest(const struct state *s, const struct port_key *port)
{
	return announce_filtered(s, is_of_guest, (void *)port);
}

/* Before the load: the present image. */
static bool is_new(const struct announcement *a, void *arg)
{
	const struct image *present = arg;
	struct port_key port_key = {a->key.datapath, a->val.port};
	const struct garp_val *val = image_find(present, IMAGE_GARP, &a->key);
	const struct port_val *port =
		image_find(present, IMAGE_PORT, &port_key);

	return !val || memcmp(val, &a->val, sizeof(*val)) != 0 || !port ||
	       port->ifindex != a->ifindex || port->vlan != a->vlan;
}

int garp_announce_changes(const struct state *s, const struct image *present,
			  const struct diff *d)
{
	bool is_changed = false;

	for (size_t i = 0; i < d->n && !is_changed; i++)
		is_changed = d->change[i].kind != CHANGE_DELETE &&
			     (d->change[i].table == IMAGE_GARP ||
			      d->change[i].table == IMAGE_PORT);
	return is_changed ? announce_filtered(s, is_new, (void *)present) : 0;
}
