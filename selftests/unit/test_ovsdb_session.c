// SPDX-License-Identifier: GPL-2.0-only
/* A live database: which server, and what ends a connection. */
#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_ovsdb.h"

#define A FAKE_ROW("a")
#define B FAKE_ROW("b")

static int setup(void **state)
{
	return fake_setup(state, false, NULL, 0);
}

static int setup_leader(void **state)
{
	return fake_setup(state, true, NULL, 0);
}

static int setup_probe(void **state)
{
	return fake_setup(state, false, NULL, 40);
}

/* Rows of _Server that will not do. */
static void unfit(void **state)
{
	static const struct {
		const char *row, *why;
	} cases[] = {
		{"{'name':'Other','connected':true}", "no database Test"},
		{"{'name':'Test','model':'clustered','leader':true}",
		 "not connected to the cluster"},
		{"{'name':'Test','model':'relay'}",
		 "not connected to its source"},
		{"{'name':'Test','model':'clustered','connected':true,"
		 "'leader':true,'cid':['uuid','" A "'],'index':4}",
		 "its data are older"},
		{"{'name':'Test','model':'clustered','connected':true,"
		 "'cid':['uuid','" A "'],'index':9}",
		 "not the leader"},
		{"{'name':'Test','model':'relay','connected':true}",
		 "not the leader"},
	};
	struct fake *f = *state;
	size_t i;

	fake_reply(f,
		   fake_start(f, fake_schema,
			      "{'name':'Test','model':'clustered','leader':"
			      "true,'connected':true,'schema':'1','cid':["
			      "'uuid','" A "'],'index':5}"),
		   "[false,'" A "',{}]");
	fake_until(f, ovsdb_client_is_connected(f->client));
	assert_non_null(strstr(ovsdb_client_status(f->client), " (leader)"));
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_again(f);
		fake_accept(f);
		fake_server(f, cases[i].row);
		fake_status(f, cases[i].why);
		assert_true(ovsdb_client_has_contents(f->client));
		assert_false(ovsdb_client_is_connected(f->client));
	}
	/* Another cluster counts from where it likes. */
	fake_again(f);
	json_decref(fake_start(f, fake_schema,
			       "{'name':'Test','model':'clustered','leader':"
			       "true,'connected':true,'schema':'1','cid':["
			       "'uuid','" B "'],'index':1}"));
}

/* What it becomes while it is used. */
static void becomes_unfit(void **state)
{
	static const struct {
		const char *diff, *why;
	} cases[] = {
		{"'modify':{'connected':false}", "not connected"},
		{"'modify':{'schema':'2'}", "the schema of Test changes"},
		{"'delete':null", "no database Test"},
		{"'modify':{'name':7}", "_Server: "},
	};
	struct fake *f = *state;
	size_t i;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_up(f, "{}");
		fake_send(f,
			  "{'id':null,'method':'update2','params':['_Server',"
			  "{'Database':{'" FAKE_ROW("0") "':{%s}}}]}",
			  cases[i].diff);
		fake_status(f, cases[i].why);
		fake_again(f);
	}
	fake_up(f, "{}");
	fake_send(f, "{'id':null,'method':'monitor_canceled','params':["
		     "'Test']}");
	fake_status(f, "the monitor was cancelled");
}

static void schema_lacks(void **state)
{
	struct fake *f = *state;

	fake_accept(f);
	fake_server(f, NULL);
	fake_reply(f, fake_expect(f, "get_schema"), "%s", fake_schema_bare);
	fake_status(f, "its Test has no table Thing; upgrade its schema");
	fake_again(f);
	fake_accept(f);
	fake_server(f, NULL);
	fake_reply(f, fake_expect(f, "get_schema"), "{'name':'Test'}");
	fake_status(f, "no name or no tables");
	fake_again(f);
	fake_accept(f);
	fake_server(f, NULL);
	fake_refuse(f, fake_expect(f, "get_schema"),
		    "{'error':'unknown database'}");
	fake_status(f, "no database Test: unknown database");
	fake_again(f);
	fake_up(f, "{}");
}

/* Two remotes: the second is tried at once, then both wait. */
static void next_remote(void **state)
{
	struct fake *f = *state, other;
	char both[200], why[200];
	struct error e;
	int n = 0;

	fake_open(&other, f->client);
	snprintf(both, sizeof(both), "%s,%s", f->remote, other.remote);
	assert_int_equal(ovsdb_client_set_remotes(f->client, both, NULL, &e),
			 0);
	/* Either may be the first; each refuses once. */
	while (n < 2) {
		struct fake *list[] = {f, &other};
		size_t i;

		for (i = 0; i < 2; i++) {
			struct pollfd fd = {.fd = list[i]->listener,
					    .events = POLLIN};

			fake_step(list[i]);
			if (poll(&fd, 1, 0) != 1)
				continue;
			fake_accept(list[i]);
			fake_server(list[i], "{'name':'Other','connected':true"
					     "}");
			/* The other's status may still be there. */
			snprintf(why, sizeof(why), "%s: no database Test; next",
				 list[i]->remote);
			fake_until(list[i],
				   strstr(ovsdb_client_status(f->client), why));
			fake_drop(list[i]);
			n++;
		}
	}
	assert_non_null(
		strstr(ovsdb_client_status(f->client), "next try in 1 s"));
	/* A list that has the one in use keeps its connection. */
	assert_int_equal(
		ovsdb_client_set_remotes(f->client, f->remote, NULL, &e), 0);
	fake_up(f, "{}");
	assert_int_equal(ovsdb_client_set_remotes(f->client, both, NULL, &e),
			 0);
	fake_settle(f);
	assert_true(ovsdb_client_is_connected(f->client));
	assert_int_equal(ovsdb_client_set_remotes(f->client, "nonsense", NULL,
						  &e),
			 -EINVAL);
	assert_true(ovsdb_client_is_connected(f->client));
	assert_int_equal(
		ovsdb_client_set_remotes(f->client, other.remote, NULL, &e), 0);
	assert_false(ovsdb_client_is_connected(f->client));
	fake_up(&other, "{}");
	assert_int_equal(ovsdb_client_set_remotes(f->client, "", NULL, &e), 0);
	assert_string_equal(ovsdb_client_status(f->client),
			    "no remote is configured");
	fake_close(&other);
}

static void dies_in_a_message(void **state)
{
	struct fake *f = *state;

	fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x'}}}}");
	fake_send(f, "{'id':null,'method':'update3','params':['Test','" B
		     "',{'Thing':{'" A "':{'modify':{'na");
	fake_settle(f);
	fake_drop(f);
	fake_until(f, !ovsdb_client_is_connected(f->client));
	assert_non_null(strstr(ovsdb_client_status(f->client), "closed"));
	assert_int_equal(ovsdb_table_size(ovsdb_table(
				 ovsdb_client_db(f->client), "Thing")),
			 1);
	/* by itself, after the pause */
	fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x'}}}}");
}

static void nonsense(void **state)
{
	static const char *const texts[] = {
		"[]",
		"{'method':'update','params':{},'id':null}",
		"{'method':'update3','params':[],'id':null}",
		("{'method':'update3','params':['None','" A "',{}],'id':null}"),
		"this",
	};
	struct fake *f = *state;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fake_up(f, "{}");
		/* of no meaning, and no harm */
		fake_send(f, "{'id':99,'result':{},'error':null}{'id':'x'}"
			     "{'method':'some','params':[],'id':null}{}");
		fake_send(f, "{'id':['x'],'method':'some','params':[]}");
		json_decref(fake_receive(f));
		assert_true(ovsdb_client_is_connected(f->client));
		fake_send(f, "%s", texts[i]);
		fake_until(f, !ovsdb_client_is_connected(f->client));
		fake_again(f);
	}
}

static void probes(void **state)
{
	struct fake *f = *state;
	json_t *echo;

	fake_up(f, "{}");
	fake_send(f, "{'id':'e','method':'echo','params':['p']}");
	echo = fake_receive(f);
	assert_string_equal(fake_text(echo),
			    "{'error':null,'id':'e','result':['p']}");
	json_decref(echo);
	fake_reply(f, fake_expect(f, "echo"), "[]");
	fake_reply(f, fake_expect(f, "echo"), "[]");
	assert_true(ovsdb_client_is_connected(f->client));
	/* Who was busy himself asks before he gives up. */
	poll(NULL, 0, 100);
	ovsdb_client_run(f->client);
	ovsdb_client_run(f->client);
	assert_true(ovsdb_client_is_connected(f->client));
	json_decref(fake_expect(f, "echo"));
	fake_status(f, "no answer within 40 ms");
}

int main(void)
{
#define TEST(name, setup)                                                      \
	cmocka_unit_test_setup_teardown(name, setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(unfit, setup_leader),	TEST(becomes_unfit, setup),
		TEST(schema_lacks, setup),	TEST(next_remote, setup),
		TEST(dies_in_a_message, setup), TEST(nonsense, setup),
		TEST(probes, setup_probe),
	};

	return cmocka_run_group_tests_name("ovsdb session", tests, NULL, NULL);
}
