/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A VLAN interface for kernels that have none: vlantap TAP IFACE VID makes
 * the tap TAP, sends its frames out of IFACE with an 802.1Q tag, and hands
 * it the frames of that VLAN which arrive there.  Senders must have finished
 * their checksums (ethtool -K ... tx off).  Prints "ready" and runs until
 * killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_ether.h>
#include <linux/if_packet.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <arpa/inet.h>
#include <unistd.h>

#define FRAME_MAX 65536
#define MACS_LEN (2 * ETH_ALEN)
#define TAG_LEN 4

static int tap_open(const char *name)
{
	struct ifreq ifr = {.ifr_flags = IFF_TAP | IFF_NO_PI};
	int fd;

	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	fd = open("/dev/net/tun", O_RDWR);
	if (fd < 0 || ioctl(fd, TUNSETIFF, &ifr)) {
		fprintf(stderr, "vlantap: tap %s: %s\n", name, strerror(errno));
		return -1;
	}
	return fd;
}

static int packet_open(const char *name)
{
	struct sockaddr_ll sll = {.sll_family = AF_PACKET,
				  .sll_protocol = htons(ETH_P_ALL)};
	struct packet_mreq all = {.mr_type = PACKET_MR_PROMISC};
	int fd, on = 1;

	all.mr_ifindex = sll.sll_ifindex = if_nametoindex(name);
	fd = socket(AF_PACKET, SOCK_RAW, 0);
	if (!sll.sll_ifindex || fd < 0 ||
	    setsockopt(fd, SOL_PACKET, PACKET_AUXDATA, &on, sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_IGNORE_OUTGOING, &on,
		       sizeof(on)) ||
	    setsockopt(fd, SOL_PACKET, PACKET_ADD_MEMBERSHIP, &all,
		       sizeof(all)) ||
	    bind(fd, (struct sockaddr *)&sll, sizeof(sll))) {
		fprintf(stderr, "vlantap: %s: %s\n", name, strerror(errno));
		return -1;
	}
	return fd;
}

static void tag_push(int tap, int packet, uint16_t vid)
{
	uint8_t frame[FRAME_MAX];
	uint8_t tag[TAG_LEN] = {0x81, 0x00, vid >> 8, vid};
	struct iovec iov[] = {
		{frame, MACS_LEN}, {tag, TAG_LEN}, {frame + MACS_LEN, 0}};
	ssize_t n = read(tap, frame, sizeof(frame));

	if (n < ETH_HLEN)
		return;
	iov[2].iov_len = n - MACS_LEN;
	/* what does not go out is lost, as on a wire */
	(void)!writev(packet, iov, 3);
}

/* The kernel has taken the tag out of the frame, into auxiliary data. */
static void tag_pop(int packet, int tap, uint16_t vid)
{
	uint8_t frame[FRAME_MAX];
	char control[CMSG_SPACE(sizeof(struct tpacket_auxdata))];
	struct iovec iov = {frame, sizeof(frame)};
	struct msghdr msg = {.msg_iov = &iov,
			     .msg_iovlen = 1,
			     .msg_control = control,
			     .msg_controllen = sizeof(control)};
	struct tpacket_auxdata *aux;
	struct cmsghdr *c;
	ssize_t n;

	n = recvmsg(packet, &msg, 0);
	c = n > 0 ? CMSG_FIRSTHDR(&msg) : NULL;
	if (!c || c->cmsg_level != SOL_PACKET || c->cmsg_type != PACKET_AUXDATA)
		return;
	aux = (struct tpacket_auxdata *)CMSG_DATA(c);
	if (!(aux->tp_status & TP_STATUS_VLAN_VALID) ||
	    (aux->tp_vlan_tci & 0xfff) != vid)
		return;
	(void)!write(tap, frame, n);
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = {{.events = POLLIN}, {.events = POLLIN}};
	int vid = argc == 4 ? atoi(argv[3]) : 0;

	if (vid < 1 || vid > 4094) {
		fprintf(stderr, "usage: vlantap TAP IFACE VID\n");
		return 2;
	}
	fds[0].fd = tap_open(argv[1]);
	fds[1].fd = packet_open(argv[2]);
	if (fds[0].fd < 0 || fds[1].fd < 0)
		return 1;
	puts("ready");
	fflush(stdout);
	while (poll(fds, 2, -1) > 0 || errno == EINTR) {
		if (fds[0].revents)
			tag_push(fds[0].fd, fds[1].fd, vid);
		if (fds[1].revents)
			tag_pop(fds[1].fd, fds[0].fd, vid);
	}
	return 1;
}
