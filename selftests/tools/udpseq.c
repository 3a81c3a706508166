/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Numbered datagrams at a fixed rate, and which of them did not come.
 *
 *   udpseq send IP PORT RATE   RATE a second at most, until a signal; then
 *                              "sent N"
 *   udpseq recv PORT           until a signal; then "received N, last N,
 *                              lost N, duplicate N, gap N ms", and for the
 *                              first of those lost "missing N from N, T", T
 *                              being the time of day of the next one's arrival
 *
 * "lost" are the numbers up to the last one seen that did not come; the gap
 * is the longest time between two arrivals.  Both print "ready" first.
 */
#include <arpa/inet.h>
#include <endian.h>
#include <errno.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000ULL
#define SEQUENCE_MAX (16u << 20)
#define LATE_NS (NS_PER_S / 200) /* later than so: the schedule is moved */
#define BUFFER (32 << 20)
#define GAPS 256

static volatile sig_atomic_t ended;

static void end(int signal)
{
	(void)signal;
	ended = 1;
}

/* No SA_RESTART: a signal must end recv() and clock_nanosleep(). */
static void signals_set(void)
{
	struct sigaction action = {.sa_handler = end};

	sigaction(SIGINT, &action, NULL);
	sigaction(SIGTERM, &action, NULL);
}

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return ts.tv_sec * NS_PER_S + ts.tv_nsec;
}

static int failed(const char *what)
{
	fprintf(stderr, "udpseq: %s: %s\n", what, strerror(errno));
	return 1;
}

static void ready(void)
{
	puts("ready");
	fflush(stdout);
}

/* Counts what the kernel refuses (no route, a link that is down) as sent:
 * it is a packet that does not come. */
static int send_all(int fd, const struct sockaddr_in *to, uint64_t rate)
{
	uint64_t start = now_ns(), n = 0, late;

	ready();
	while (!ended) {
		uint64_t at = start + n * NS_PER_S / rate, number = htobe64(n);
		struct timespec ts = {.tv_sec = at / NS_PER_S,
				      .tv_nsec = at % NS_PER_S};

		if (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &ts, NULL))
			continue;
		/* Having waited for a processor, it must not fill queues by
		 * what it has to make up for. */
		late = now_ns() - at;
		if (late > LATE_NS)
			start += late;
		sendto(fd, &number, sizeof(number), 0,
		       (const struct sockaddr *)to, sizeof(*to));
		n++;
	}
	printf("sent %llu\n", (unsigned long long)n);
	return 0;
}

/* Where numbers were skipped; what comes late is taken out at the end. */
static struct gap {
	uint64_t from, to;
	time_t at;
} gap_list[GAPS];
static unsigned int n_gaps;

static void note_gap(uint64_t from, uint64_t to)
{
	if (n_gaps < GAPS)
		gap_list[n_gaps++] = (struct gap){from, to, time(NULL)};
}

static void print_missing(const uint8_t *seen)
{
	char text[16];

	for (unsigned int i = 0; i < n_gaps; i++) {
		const struct gap *g = &gap_list[i];
		uint64_t n, first = 0, missing = 0;

		for (n = g->from; n < g->to; n++) {
			if (seen[n])
				continue;
			if (!missing++)
				first = n;
		}
		strftime(text, sizeof(text), "%H:%M:%S", localtime(&g->at));
		if (missing)
			printf("missing %llu from %llu, %s\n",
			       (unsigned long long)missing,
			       (unsigned long long)first, text);
	}
}

static int receive_all(int fd)
{
	uint64_t number, now, before = 0, gap = 0;
	uint64_t received = 0, duplicate = 0, beyond = 0;
	uint8_t *seen = calloc(SEQUENCE_MAX, 1);
	struct timeval look = {.tv_usec = 200000};
	int size = BUFFER;
	ssize_t n;

	if (!seen)
		return failed("memory");
	/* What it has no processor for is not lost on the way. */
	setsockopt(fd, SOL_SOCKET, SO_RCVBUFFORCE, &size, sizeof(size));
	setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &look, sizeof(look));
	ready();
	/* after the signal what has come by then */
	for (;;) {
		bool is_last = ended;

		n = recv(fd, &number, sizeof(number),
			 is_last ? MSG_DONTWAIT : 0);
		if (n < 0 && is_last)
			break;
		if (n != sizeof(number))
			continue;
		now = now_ns();
		if (before && now - before > gap)
			gap = now - before;
		before = now;
		number = be64toh(number);
		if (number >= SEQUENCE_MAX)
			continue;
		if (seen[number]) {
			duplicate++;
			continue;
		}
		seen[number] = 1;
		received++;
		if (number > beyond)
			note_gap(beyond, number);
		if (number >= beyond)
			beyond = number + 1;
	}
	printf("received %llu, last %lld, lost %llu, duplicate %llu, gap %llu ms\n",
	       (unsigned long long)received, (long long)beyond - 1,
	       (unsigned long long)(beyond - received),
	       (unsigned long long)duplicate,
	       (unsigned long long)(gap / 1000000));
	print_missing(seen);
	free(seen);
	return 0;
}

int main(int argc, char **argv)
{
	struct sockaddr_in sin = {.sin_family = AF_INET};
	bool sends = argc == 5 && !strcmp(argv[1], "send");
	int fd, result, rate = sends ? atoi(argv[4]) : 1;

	if ((!sends && (argc != 3 || strcmp(argv[1], "recv"))) || rate < 1 ||
	    (sends && inet_pton(AF_INET, argv[2], &sin.sin_addr) != 1)) {
		fputs("usage: udpseq send IP PORT RATE | recv PORT\n", stderr);
		return 2;
	}
	sin.sin_port = htons(atoi(argv[sends ? 3 : 2]));
	fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (fd < 0)
		return failed("socket");
	signals_set();
	if (sends) {
		result = send_all(fd, &sin, rate);
	} else if (bind(fd, (struct sockaddr *)&sin, sizeof(sin))) {
		result = failed("bind");
	} else {
		result = receive_all(fd);
	}
	close(fd);
	return result;
}
