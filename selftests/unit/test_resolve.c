// SPDX-License-Identifier: GPL-2.0-only
/* Servers by name, and a resolver that takes its time: the loop goes on. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <cmocka.h>

#include <dlfcn.h>
#include <errno.h>
#include <netdb.h>
#include <pthread.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include "ovsdb/client.h"
#include "rpc_server.h"

typedef int resolver(const char *, const char *, const struct addrinfo *,
		     struct addrinfo **);

static pthread_t loop;
static pthread_mutex_t lock = PTHREAD_MUTEX_INITIALIZER;
static pthread_cond_t changed = PTHREAD_COND_INITIALIZER;
static bool is_shut; /* names wait */
static int n_asked, n_answered;

static void shut(bool now)
{
	pthread_mutex_lock(&lock);
	is_shut = now;
	n_asked = n_answered = 0;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
}

static int count(const int *n)
{
	int now;

	pthread_mutex_lock(&lock);
	now = *n;
	pthread_mutex_unlock(&lock);
	return now;
}

/* In the place of libc's: *.test are this test's own, none of them numeric. */
int getaddrinfo(const char *name, const char *service,
		const struct addrinfo *req, struct addrinfo **pai)
{
	resolver *next = (resolver *)dlsym(RTLD_NEXT, "getaddrinfo");
	const char *suffix = strrchr(name, '.');

	if (!suffix || strcmp(suffix, ".test"))
		return next(name, service, req, pai);
	if (req->ai_flags & AI_NUMERICHOST)
		return EAI_NONAME;
	/* The loop's own thread would wait for itself. */
	if (pthread_equal(pthread_self(), loop))
		return EAI_FAIL;
	pthread_mutex_lock(&lock);
	n_asked++;
	while (is_shut)
		pthread_cond_wait(&changed, &lock);
	n_answered++;
	pthread_cond_broadcast(&changed);
	pthread_mutex_unlock(&lock);
	return strcmp(name, "here.test") ? EAI_AGAIN :
					   next("127.0.0.1", service, req, pai);
}

static struct jsonrpc *opened_by_name(const char *host, const char *port)
{
	struct jsonrpc *j;
	char remote[64];
	struct error e;

	snprintf(remote, sizeof(remote), "tcp:%s%s", host, port);
	assert_int_equal(jsonrpc_open(remote, NULL, &j, &e), 0);
	return j;
}

static void turns_until(struct jsonrpc *j, const int *n)
{
	struct error e;

	while (!count(n))
		assert_int_equal(turn(j, &e), 0);
}

static void slow(void **state)
{
	struct jsonrpc *j;
	struct server s;
	struct error e;
	int64_t now;

	(void)state;
	assert_int_equal(server_tcp(&s, AF_INET), 0);
	shut(true);
	j = opened_by_name("here.test", strrchr(s.remote, ':'));
	turns_until(j, &n_asked);
	assert_false(jsonrpc_is_connected(j));
	/* the time that a name takes is none of the connection's */
	now = time_ms();
	assert_true(jsonrpc_since(j) >= now);
	shut(false);
	while (!jsonrpc_is_connected(j))
		assert_int_equal(turn(j, &e), 0);
	jsonrpc_close(j);
	server_end(&s);
}

/* Nobody waits for an answer that nobody wants any more. */
static void given_up(void **state)
{
	struct jsonrpc *j = opened_by_name("here.test", ":1");

	(void)state;
	shut(true);
	turns_until(j, &n_asked);
	jsonrpc_close(j);
	assert_int_equal(count(&n_answered), 0);
	shut(false);
	pthread_mutex_lock(&lock);
	while (!n_answered)
		pthread_cond_wait(&changed, &lock);
	pthread_mutex_unlock(&lock);
}

static void unknown(void **state)
{
	struct jsonrpc *j = opened_by_name("nowhere.test", ":1");

	(void)state;
	death_wait(j, -EHOSTUNREACH,
		   "tcp:nowhere.test:1: no address is known for nowhere.test: "
		   "Temporary failure in name resolution; give a numeric one "
		   "or correct the resolver");
	jsonrpc_close(j);
}

static void status_wait(struct ovsdb_client *c, const char *wanted)
{
	while (!strstr(ovsdb_client_status(c), wanted)) {
		struct waits w;

		ovsdb_client_run(c);
		waits_init(&w);
		ovsdb_client_wait(c, &w);
		waits_block(&w);
	}
}

static void backs_off(void **state)
{
	static const struct ovsdb_filter filter[1]; /* no table */
	const struct ovsdb_client_config config = {.database = "Test",
						   .filter = filter};
	struct ovsdb_client *c = ovsdb_client_new(&config);
	struct error e;

	(void)state;
	assert_non_null(c);
	assert_int_equal(
		ovsdb_client_set_remotes(c, "tcp:nowhere.test:1", NULL, &e), 0);
	status_wait(c, "in name resolution; give a numeric one or correct the "
		       "resolver; next try in 1 s");
	status_wait(c, "next try in 2 s");
	ovsdb_client_free(c);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(slow),
		cmocka_unit_test(given_up),
		cmocka_unit_test(unknown),
		cmocka_unit_test(backs_off),
	};

	loop = pthread_self();
	return cmocka_run_group_tests(tests, NULL, NULL);
}
