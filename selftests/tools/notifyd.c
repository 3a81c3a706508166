// SPDX-License-Identifier: GPL-2.0-only
/*
 * notifyd SOCKET
 *
 * Stands for systemd: prints what services tell by sd_notify(3)'s protocol, a
 * line for each, until it is ended.
 */
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>

int main(int argc, char **argv)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	char text[4096];
	ssize_t len;
	int fd;

	if (argc != 2 || strlen(argv[1]) >= sizeof(address.sun_path)) {
		fprintf(stderr, "usage: notifyd SOCKET\n");
		return 2;
	}
	strcpy(address.sun_path, argv[1]);
	fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (fd < 0 || bind(fd, (struct sockaddr *)&address, sizeof(address))) {
		perror("notifyd");
		return 1;
	}
	setvbuf(stdout, NULL, _IOLBF, 0);
	while ((len = recv(fd, text, sizeof(text), 0)) >= 0)
		printf("%.*s\n", (int)len, text);
	return 1;
}
