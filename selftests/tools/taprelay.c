/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * A virtual machine's NIC without the machine: taprelay NETNS HOST GUEST
 * makes the tap HOST here and the tap GUEST in the network namespace NETNS
 * and carries frames between the two file descriptors, as a hypervisor does
 * between a tap and its guest's virtio ring.  Both have a vnet header and
 * segmentation offloads, so that a guest's TSO packets stay in one piece.
 * Prints "ready" and runs until killed.
 */
#include <errno.h>
#include <fcntl.h>
#include <linux/if_tun.h>
#include <net/if.h>
#include <poll.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <unistd.h>

/* 64 kB of GSO packet, Ethernet and vnet header */
#define FRAME_MAX (65536 + 128)

static int tap_open(const char *name)
{
	struct ifreq ifr = {0};
	int fd;

	fd = open("/dev/net/tun", O_RDWR | O_NONBLOCK);
	if (fd < 0) {
		fprintf(stderr, "taprelay: /dev/net/tun: %s\n",
			strerror(errno));
		return -1;
	}
	snprintf(ifr.ifr_name, sizeof(ifr.ifr_name), "%s", name);
	ifr.ifr_flags = IFF_TAP | IFF_NO_PI | IFF_VNET_HDR;
	if (ioctl(fd, TUNSETIFF, &ifr) ||
	    ioctl(fd, TUNSETOFFLOAD, TUN_F_CSUM | TUN_F_TSO4 | TUN_F_TSO6)) {
		fprintf(stderr, "taprelay: tap %s: %s\n", name,
			strerror(errno));
		close(fd);
		return -1;
	}
	return fd;
}

static int netns_enter(const char *name)
{
	char path[256];
	int fd, err;

	snprintf(path, sizeof(path), "/run/netns/%s", name);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	err = fd < 0 ? -1 : setns(fd, CLONE_NEWNET);
	if (err)
		fprintf(stderr, "taprelay: %s: %s\n", path, strerror(errno));
	if (fd >= 0)
		close(fd);
	return err;
}

/* All frames that wait on from go to to.  What a tap refuses (its link is
 * down, or a full queue) is lost, as on a wire. */
static int relay(int from, int to)
{
	static char frame[FRAME_MAX];
	ssize_t n;

	while ((n = read(from, frame, sizeof(frame))) > 0)
		if (write(to, frame, n) < 0 && errno != EIO &&
		    errno != EAGAIN && errno != EINVAL)
			return -errno;
	return n < 0 && errno != EAGAIN && errno != EIO ? -errno : 0;
}

int main(int argc, char **argv)
{
	struct pollfd fds[2] = {{.events = POLLIN}, {.events = POLLIN}};
	int err;

	if (argc != 4) {
		fprintf(stderr, "usage: taprelay NETNS HOST GUEST\n");
		return 2;
	}
	fds[0].fd = tap_open(argv[2]);
	if (fds[0].fd < 0 || netns_enter(argv[1]))
		return 1;
	fds[1].fd = tap_open(argv[3]);
	if (fds[1].fd < 0)
		return 1;
	puts("ready");
	fflush(stdout);
	while (poll(fds, 2, -1) > 0 || errno == EINTR) {
		err = relay(fds[0].fd, fds[1].fd);
		if (!err)
			err = relay(fds[1].fd, fds[0].fd);
		if (err) {
			fprintf(stderr, "taprelay: %s\n", strerror(-err));
			return 1;
		}
	}
	return 1;
}
