// SPDX-License-Identifier: GPL-2.0-only
#include "stream.h"

#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "remote.h"
#include "resolve.h"

/* A unix socket whose queue is full wakes nobody when there is room. */
#define STREAM_RETRY_MS 100
/* Three name servers that do not answer: two rounds of 5 s each. */
#define STREAM_RESOLVE_MS 30000

enum stream_state {
	STREAM_NEW,
	STREAM_FULL, /* the queue of the unix socket was */
	STREAM_RESOLVING, /* the host's name */
	STREAM_CONNECTING,
	STREAM_HANDSHAKE, /* TLS */
	STREAM_OPEN,
};

struct stream {
	char *name; /* the remote, for texts */
	struct remote remote;
	enum stream_state state;
	int fd; /* -1: none */
	int64_t since; /* RESOLVING: time_ms(); later: when that ended */
	struct resolve *resolve; /* RESOLVING */
	struct addrinfo *addresses, *next; /* next: to be tried */
	int64_t retry; /* STREAM_FULL: when, time_ms() */
	struct stream_tls *tls; /* NULL: plain */
};

int stream_open(const char *remote, const struct ovsdb_tls *tls,
		struct stream **out, struct error *e)
{
	struct stream *s = calloc(1, sizeof(*s));
	int err;

	if (!s)
		return error_set(e, ENOMEM, "out of memory");
	s->fd = -1;
	s->since = time_ms();
	s->name = strdup(remote);
	err = s->name ? remote_parse(remote, &s->remote, e) :
			error_set(e, ENOMEM, "out of memory");
	if (!err && s->remote.kind == REMOTE_SSL)
		err = stream_tls_new(s->name, s->remote.host, tls, &s->tls, e);
	if (err) {
		stream_close(s);
		return err;
	}
	*out = s;
	return 0;
}

static void fd_close(struct stream *s)
{
	if (s->fd >= 0)
		close(s->fd);
	s->fd = -1;
}

void stream_close(struct stream *s)
{
	if (!s)
		return;
	stream_tls_free(s->tls);
	fd_close(s);
	resolve_free(s->resolve);
	if (s->addresses)
		freeaddrinfo(s->addresses);
	remote_free(&s->remote);
	free(s->name);
	free(s);
}

static int no_address(const struct stream *s, const char *why, struct error *e)
{
	return error_set(e, EHOSTUNREACH,
			 "%s: no address is known for %s: %s; give a numeric "
			 "one or correct the resolver",
			 s->name, s->remote.host, why);
}

/* Numbers take no time; a name is the resolver's. */
static int host_resolve(struct stream *s, struct error *e)
{
	const struct addrinfo hints = {
		.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV,
		.ai_socktype = SOCK_STREAM,
	};

	if (!getaddrinfo(s->remote.host, s->remote.port, &hints,
			 &s->addresses)) {
		s->next = s->addresses;
		return 0;
	}
	s->addresses = NULL;
	s->resolve = resolve_new(s->remote.host, s->remote.port);
	if (!s->resolve)
		return no_address(s, "no memory for a thread", e);
	s->since = time_ms();
	s->state = STREAM_RESOLVING;
	return 0;
}

static int resolving_check(struct stream *s, struct error *e)
{
	int err = resolve_take(s->resolve, &s->addresses);

	if (err == EAI_INPROGRESS)
		return time_ms() - s->since < STREAM_RESOLVE_MS ?
			       -EAGAIN :
			       no_address(s, "the resolver does not answer", e);
	if (err) {
		s->addresses = NULL;
		return no_address(s, resolve_text(s->resolve, err), e);
	}
	resolve_free(s->resolve);
	s->resolve = NULL;
	s->next = s->addresses;
	s->since = time_ms();
	return 0;
}

static int connect_failed(const struct stream *s, int err, struct error *e)
{
	return error_set(e, err, "%s: cannot be connected to: %s", s->name,
			 strerror(err));
}

static int socket_connect(struct stream *s, int family,
			  const struct sockaddr *address, socklen_t size)
{
	int one = 1;

	s->fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (s->fd < 0)
		return -errno;
	/* Short requests and answers: none waits for another's ACK. */
	if (family != AF_UNIX)
		setsockopt(s->fd, IPPROTO_TCP, TCP_NODELAY, &one, sizeof(one));
	return connect(s->fd, address, size) ? -errno : 0;
}

static int unix_connect(struct stream *s, struct error *e)
{
	struct sockaddr_un address = {.sun_family = AF_UNIX};
	int err;

	strncpy(address.sun_path, s->remote.host, sizeof(address.sun_path) - 1);
	err = socket_connect(s, AF_UNIX, (void *)&address, sizeof(address));
	if (err == -EAGAIN) {
		fd_close(s);
		s->state = STREAM_FULL;
		s->retry = time_ms() + STREAM_RETRY_MS;
		return -EAGAIN;
	}
	if (err)
		return connect_failed(s, -err, e);
	s->state = STREAM_OPEN;
	return 0;
}

/* Tries the addresses in their order; the last one's error counts. */
static int inet_connect(struct stream *s, int err, struct error *e)
{
	const struct addrinfo *a;

	while (s->next) {
		a = s->next;
		s->next = a->ai_next;
		fd_close(s);
		err = socket_connect(s, a->ai_family, a->ai_addr,
				     a->ai_addrlen);
		/* also an immediate success: the state's own look follows */
		if (!err || err == -EINPROGRESS) {
			s->state = STREAM_CONNECTING;
			return 0;
		}
	}
	return connect_failed(s, -err, e);
}

static int connecting_check(struct stream *s, struct error *e)
{
	struct pollfd fd = {.fd = s->fd, .events = POLLOUT};
	socklen_t size = sizeof(int);
	int err = 0;

	if (poll(&fd, 1, 0) <= 0)
		return -EAGAIN;
	if (getsockopt(s->fd, SOL_SOCKET, SO_ERROR, &err, &size))
		err = errno;
	if (err)
		return inet_connect(s, -err, e);
	s->state = s->tls ? STREAM_HANDSHAKE : STREAM_OPEN;
	return 0;
}

int stream_connect(struct stream *s, struct error *e)
{
	int err = 0;

	while (!err && s->state != STREAM_OPEN) {
		switch (s->state) {
		case STREAM_FULL:
			if (time_ms() < s->retry)
				return -EAGAIN;
			err = unix_connect(s, e);
			break;
		case STREAM_RESOLVING:
			err = resolving_check(s, e);
			if (!err)
				err = inet_connect(s, -EHOSTUNREACH, e);
			break;
		case STREAM_CONNECTING:
			err = connecting_check(s, e);
			break;
		case STREAM_HANDSHAKE:
			err = stream_tls_connect(s->tls, s->fd, e);
			if (!err)
				s->state = STREAM_OPEN;
			break;
		default:
			if (s->remote.kind == REMOTE_UNIX) {
				err = unix_connect(s, e);
				break;
			}
			err = host_resolve(s, e);
			if (!err && s->next)
				err = inet_connect(s, -EHOSTUNREACH, e);
		}
	}
	return err;
}

ssize_t stream_receive(struct stream *s, char *p, size_t n, struct error *e)
{
	ssize_t got;

	if (s->tls)
		return stream_tls_receive(s->tls, p, n, e);
	got = recv(s->fd, p, n, 0);
	if (got >= 0)
		return got;
	if (errno == EAGAIN || errno == EINTR)
		return -EAGAIN;
	return error_set(e, errno, "%s: %s", s->name, strerror(errno));
}

ssize_t stream_send(struct stream *s, const char *p, size_t n, struct error *e)
{
	ssize_t sent;

	if (s->tls)
		return stream_tls_send(s->tls, p, n, e);
	sent = send(s->fd, p, n, MSG_NOSIGNAL);
	if (sent >= 0)
		return sent;
	if (errno == EAGAIN || errno == EINTR)
		return -EAGAIN;
	return error_set(e, errno, "%s: %s", s->name, strerror(errno));
}

int64_t stream_since(const struct stream *s)
{
	return s->state == STREAM_RESOLVING ? time_ms() : s->since;
}

void stream_wait(const struct stream *s, bool wants_room, struct waits *w)
{
	switch (s->state) {
	case STREAM_NEW:
		waits_now(w);
		break;
	case STREAM_FULL:
		waits_until(w, s->retry);
		break;
	case STREAM_RESOLVING:
		waits_fd(w, resolve_fd(s->resolve), POLLIN);
		waits_until(w, s->since + STREAM_RESOLVE_MS);
		break;
	case STREAM_CONNECTING:
		waits_fd(w, s->fd, POLLOUT);
		break;
	default:
		if (s->tls)
			waits_fd(w, s->fd,
				 stream_tls_events(
					 s->tls,
					 wants_room &&
						 s->state == STREAM_OPEN));
		else
			waits_fd(w, s->fd,
				 wants_room ? POLLIN | POLLOUT : POLLIN);
	}
}
