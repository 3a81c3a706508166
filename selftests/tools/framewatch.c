// SPDX-License-Identifier: GPL-2.0-only
/*
 * framewatch POINT...      POINT: NAME=NETNS:IFACE[:stack|:wire]
 * Sends frames and says where each of their copies arrives.  NAMEs may be
 * alike.  Without an ending whatever the interface receives is seen; with
 * ":stack" what the namespace's own stack gets, behind XDP and TC ingress.
 * All interfaces with ":wire" are one switch, and nothing is said of it: what
 * crosses it arrives as from a NIC, with nothing of the sending kernel's notes
 * on the packet, which a cable between namespaces leaves on it.
 * Reads
 *   NAME HEX [WANTED]      sends HEX at NAME, waits until WANTED frames have
 *                          come, WAIT_MAX seconds at most, and then until no
 *                          more come
 * and answers with a line "NAME HEX" for each frame and a line ".".  Frames
 * that arrived before are forgotten.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define SOCKETS_MAX 64
#define FRAME_MAX 65536
#define WAIT_MAX 5 /* seconds */
#define QUIET 40 /* milliseconds */

/* What a stack gets can only be asked for by type. */
static const uint16_t stack_types[] = {ETH_P_IP,     ETH_P_ARP,	   ETH_P_IPV6,
				       ETH_P_8021Q,  ETH_P_8021AD, ETH_P_RARP,
				       ETH_P_802_EX1};

enum point_kind {
	POINT_IFACE,
	POINT_STACK,
	POINT_WIRE,
};

struct point {
	char name[64];
	enum point_kind kind;
};

/* Of the switch: behind which socket a MAC is. */
struct station {
	uint8_t mac[ETH_ALEN];
	int socket;
};

static struct point points[SOCKETS_MAX];
static struct pollfd fds[SOCKETS_MAX + 1]; /* and stdin */
static int n_sockets;
static struct station stations[SOCKETS_MAX];
static int n_stations;

static void die(const char *what)
{
	fprintf(stderr, "framewatch: %s: %s\n", what, strerror(errno));
	exit(1);
}

static void socket_add(const char *name, const char *iface, uint16_t type,
		       enum point_kind kind)
{
	struct sockaddr_ll at = {.sll_family = AF_PACKET,
				 .sll_protocol = htons(type)};
	struct point *p = &points[n_sockets];
	int fd, on = 1, size = 4 << 20;

	if (n_sockets == SOCKETS_MAX) {
		fprintf(stderr, "framewatch: too many points\n");
		exit(1);
	}
	at.sll_ifindex = if_nametoindex(iface);
	fd = socket(AF_PACKET, SOCK_RAW | SOCK_NONBLOCK, 0);
	if (fd < 0 || !at.sll_ifindex)
		die(iface);
	/* tags that the kernel took out come beside the frame */
	if (setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
		       sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size)) ||
	    bind(fd, (struct sockaddr *)&at, sizeof(at)))
		die(iface);
	snprintf(p->name, sizeof(p->name), "%s", name);
	p->kind = kind;
	fds[n_sockets++] = (struct pollfd){.fd = fd, .events = POLLIN};
}

static void point_open(char *text)
{
	char *netns = strchr(text, '='), path[128], *iface, *kind;
	bool is_stack, is_wire;
	int fd;

	if (!netns || !(iface = strchr(netns, ':'))) {
		fprintf(stderr, "framewatch: NAME=NETNS:IFACE, not %s\n", text);
		exit(2);
	}
	*netns++ = *iface++ = '\0';
	kind = strchr(iface, ':');
	if (kind)
		*kind++ = '\0';
	is_stack = kind && !strcmp(kind, "stack");
	is_wire = kind && !strcmp(kind, "wire");
	snprintf(path, sizeof(path), "/run/netns/%s", netns);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, CLONE_NEWNET))
		die(path);
	close(fd);
	if (!is_stack)
		socket_add(text, iface, ETH_P_ALL,
			   is_wire ? POINT_WIRE : POINT_IFACE);
	for (size_t i = 0; i < sizeof(stack_types) / sizeof(*stack_types); i++)
		if (is_stack)
			socket_add(text, iface, stack_types[i], POINT_STACK);
}

/* With the tag put back, or -1. */
static ssize_t frame_read(int fd, uint8_t *frame)
{
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct iovec iov = {frame + 4, FRAME_MAX};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	ssize_t len = recvmsg(fd, &msg, 0);
	struct tpacket_auxdata aux = {0};
	struct cmsghdr *c = CMSG_FIRSTHDR(&msg);
	uint16_t tag[2];

	if (len < 0)
		return -1;
	if (c && c->cmsg_type == PACKET_AUXDATA)
		memcpy(&aux, CMSG_DATA(c), sizeof(aux));
	if (!(aux.tp_status & TP_STATUS_VLAN_VALID)) {
		memmove(frame, frame + 4, len);
		return len;
	}
	tag[0] = htons(aux.tp_vlan_tpid);
	tag[1] = htons(aux.tp_vlan_tci);
	memmove(frame, frame + 4, 2 * ETH_ALEN);
	memcpy(frame + 2 * ETH_ALEN, tag, sizeof(tag));
	return len + sizeof(tag);
}

static struct station *station_find(const uint8_t *mac)
{
	for (int i = 0; i < n_stations; i++)
		if (!memcmp(stations[i].mac, mac, ETH_ALEN))
			return &stations[i];
	return NULL;
}

/* A frame that came by socket from, to the others of the switch. */
static void frame_switch(int from, const uint8_t *frame, ssize_t len)
{
	struct station *to = station_find(frame);
	struct station *sender = station_find(frame + ETH_ALEN);

	if (!sender && n_stations < SOCKETS_MAX) {
		sender = &stations[n_stations++];
		memcpy(sender->mac, frame + ETH_ALEN, ETH_ALEN);
	}
	if (sender)
		sender->socket = from;
	for (int i = 0; i < n_sockets; i++)
		if (points[i].kind == POINT_WIRE && i != from &&
		    (!to || to->socket == i) &&
		    send(fds[i].fd, frame, len, 0) != len)
			fprintf(stderr, "framewatch: %s: %s\n", points[i].name,
				strerror(errno));
}

/* Whatever stands in the sockets; says and counts it, or forgets it. */
static int frames_take(bool is_said)
{
	static uint8_t frame[FRAME_MAX + 4];
	ssize_t len;
	int n = 0;

	for (int i = 0; i < n_sockets; i++) {
		while ((len = frame_read(fds[i].fd, frame)) >= 0) {
			if (points[i].kind == POINT_WIRE) {
				frame_switch(i, frame, len);
				continue;
			}
			n++;
			if (!is_said)
				continue;
			printf("%s ", points[i].name);
			for (ssize_t k = 0; k < len; k++)
				printf("%02x", frame[k]);
			putchar('\n');
		}
	}
	return n;
}

static int digits_read(const char *text, uint8_t *frame)
{
	int len = 0, used;

	for (; *text && len < FRAME_MAX; text += used, len++) {
		used = 0;
		if (sscanf(text, "%2hhx%n", &frame[len], &used) != 1 ||
		    used != 2)
			return -1;
	}
	return len;
}

static void frame_send(const char *name, const char *hex)
{
	static uint8_t frame[FRAME_MAX];
	int len = digits_read(hex, frame), i = 0;

	while (i < n_sockets &&
	       (points[i].kind != POINT_IFACE || strcmp(points[i].name, name)))
		i++;
	if (i == n_sockets || len <= 0) {
		fprintf(stderr, "framewatch: no point %s, or not hex: %s\n",
			name, hex);
		exit(2);
	}
	if (send(fds[i].fd, frame, len, 0) != len)
		die(name);
}

static void wait_for(int wanted)
{
	time_t end = time(NULL) + WAIT_MAX;
	int n = 0, ready;

	do {
		ready = poll(fds, n_sockets, QUIET);
		if (ready > 0)
			n += frames_take(true);
	} while (ready > 0 || (n < wanted && time(NULL) < end));
}

static void command(const char *line)
{
	static char hex[2 * FRAME_MAX];
	char name[64];
	int wanted = 0;

	if (sscanf(line, "%63s %131071s %d", name, hex, &wanted) < 2) {
		fprintf(stderr, "framewatch: what? %s", line);
		exit(2);
	}
	frames_take(false);
	frame_send(name, hex);
	wait_for(wanted);
	puts(".");
	fflush(stdout);
}

int main(int argc, char **argv)
{
	static char line[2 * FRAME_MAX + 128];
	struct pollfd *input;
	int own;

	if (argc < 2) {
		fprintf(stderr, "framewatch: see the head of framewatch.c\n");
		return 2;
	}
	own = open("/proc/self/ns/net", O_RDONLY | O_CLOEXEC);
	for (int i = 1; i < argc; i++)
		point_open(argv[i]);
	/* a test that ends a namespace's processes does not mean this one */
	if (setns(own, CLONE_NEWNET))
		die("own namespace");
	input = &fds[n_sockets];
	*input = (struct pollfd){.fd = STDIN_FILENO, .events = POLLIN};
	/* poll() does not see what stdio has read already */
	setvbuf(stdin, NULL, _IONBF, 0);
	while (poll(fds, n_sockets + 1, -1) > 0) {
		if (!input->revents) {
			frames_take(false);
			continue;
		}
		if (!fgets(line, sizeof(line), stdin))
			return 0;
		command(line);
	}
	return 1;
}
