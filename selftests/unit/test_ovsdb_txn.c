// SPDX-License-Identifier: GPL-2.0-only
/* A live database: locks, conditions, transactions. */
#include <stdio.h>
#include <string.h>

#include "fake_ovsdb.h"

#define A FAKE_ROW("a")
#define ZERO "00000000-0000-0000-0000-000000000000"

static int setup(void **state)
{
	return fake_setup(state, false, NULL, 0);
}

static int setup_lock(void **state)
{
	return fake_setup(state, false, "lk", 0);
}

struct outcome {
	int n;
	enum ovsdb_txn_result result;
	char why[200];
};

static void done(void *arg, enum ovsdb_txn_result result, const json_t *json,
		 const char *why)
{
	struct outcome *o = arg;

	(void)json;
	o->n++;
	o->result = result;
	snprintf(o->why, sizeof(o->why), "%s", why ? why : "");
}

static struct ovsdb_txn *txn_delete(struct fake *f)
{
	struct ovsdb_txn *t = ovsdb_txn_new(f->client);
	uint8_t uuid[16] = {1};

	ovsdb_txn_delete(t, "Thing", uuid);
	return t;
}

static void lock(void **state)
{
	struct fake *f = *state;
	struct outcome o = {0};
	json_t *request, *lock;

	fake_accept(f);
	fake_server(f, NULL);
	fake_reply(f, fake_expect(f, "get_schema"), "%s", fake_schema);
	lock = fake_expect(f, "lock");
	assert_string_equal(fake_text(json_object_get(lock, "params")),
			    "['lk']");
	fake_reply(f, lock, "{'locked':false}");
	fake_reply(f, fake_expect(f, "monitor_cond_since"),
		   "[false,'" A "',{}]");
	fake_until(f, ovsdb_client_is_connected(f->client));
	assert_false(ovsdb_client_has_lock(f->client));
	ovsdb_txn_submit(txn_delete(f), done, &o);
	assert_int_equal(o.n, 0);
	fake_until(f, o.n);
	assert_int_equal(o.result, OVSDB_TXN_TRY_AGAIN);
	fake_send(f, "{'id':null,'method':'locked','params':['other']}");
	fake_settle(f);
	assert_false(ovsdb_client_has_lock(f->client));
	fake_send(f, "{'id':null,'method':'locked','params':['lk']}");
	fake_until(f, ovsdb_client_has_lock(f->client));
	ovsdb_txn_submit(txn_delete(f), done, &o);
	request = fake_expect(f, "transact");
	assert_string_equal(fake_text(json_array_get(
				    json_object_get(request, "params"), 1)),
			    "{'lock':'lk','op':'assert'}");
	fake_reply(f, request, "[{},{'error':'not owner'}]");
	fake_until(f, o.n == 2);
	assert_int_equal(o.result, OVSDB_TXN_TRY_AGAIN);
	fake_send(f, "{'id':null,'method':'stolen','params':['lk']}");
	fake_until(f, !ovsdb_client_has_lock(f->client));
	fake_send(f, "{'id':null,'method':'locked','params':['lk']}");
	fake_until(f, ovsdb_client_has_lock(f->client));
	fake_again(f);
	assert_false(ovsdb_client_has_lock(f->client));
}

static json_t *clause(const char *name)
{
	return json_pack("[[s, s, s]]", "name", "==", name);
}

static void conditions(void **state)
{
	struct fake *f = *state;
	json_t *request;

	ovsdb_client_set_condition(f->client, "Thing", clause("x"));
	ovsdb_client_set_condition(f->client, "Extra", json_array());
	request = fake_start(f, fake_schema, NULL);
	assert_string_equal(
		fake_text(
			json_array_get(json_object_get(request, "params"), 2)),
		"{'Extra':[{'columns':['name'],'where':[false]}],'Thing':[{"
		"'columns':['name','n','tag','words','options'],'where':[["
		"'name','==','x']]}]}");
	assert_false(ovsdb_client_conditions_hold(f->client));
	fake_reply(f, request, "[false,'" A "',{}]");
	fake_until(f, ovsdb_client_conditions_hold(f->client));
	/* the same: nothing is sent */
	ovsdb_client_set_condition(f->client, "Thing", clause("x"));
	assert_true(ovsdb_client_conditions_hold(f->client));
	ovsdb_client_set_condition(f->client, "Thing", NULL);
	ovsdb_client_set_condition(f->client, "Extra", clause("e"));
	assert_false(ovsdb_client_conditions_hold(f->client));
	request = fake_expect(f, "monitor_cond_change");
	assert_string_equal(
		fake_text(json_object_get(request, "params")),
		"['Test','Test',{'Extra':[{'where':[['name','==','e']]}],"
		"'Thing':[{'where':[true]}]}]");
	/* One more while that is on the way. */
	ovsdb_client_set_condition(f->client, "Thing", clause("y"));
	fake_reply(f, request, "{}");
	request = fake_expect(f, "monitor_cond_change");
	assert_string_equal(fake_text(json_object_get(request, "params")),
			    "['Test','Test',{'Thing':[{'where':[['name','==',"
			    "'y']]}]}]");
	assert_false(ovsdb_client_conditions_hold(f->client));
	/* Lost: rows may be of either, so all are read again. */
	json_decref(request);
	fake_again(f);
	request = fake_start(f, fake_schema, NULL);
	assert_string_equal(
		fake_text(json_object_get(request, "params")),
		"['Test','Test',{'Extra':[{'columns':['name'],'where':[['name'"
		",'==','e']]}],'Thing':[{'columns':['name','n','tag','words',"
		"'options'],'where':[['name','==','y']]}]},'" ZERO "']");
	fake_reply(f, request, "[false,'" A "',{}]");
	fake_until(f, ovsdb_client_conditions_hold(f->client));
	/* Answered: the next goes on. */
	fake_again(f);
	request = fake_start(f, fake_schema, NULL);
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(request, "params"), 3)),
			    A);
	fake_reply(f, request, "[true,'" A "',{}]");
	fake_until(f, ovsdb_client_conditions_hold(f->client));
	ovsdb_client_set_condition(f->client, "Thing", clause("z"));
	fake_refuse(f, fake_expect(f, "monitor_cond_change"),
		    "{'error':'syntax error','details':'d'}");
	fake_status(f, "a condition was refused: syntax error: d");
}

static void outcomes(void **state)
{
	static const struct {
		const char *answer;
		enum ovsdb_txn_result result;
		const char *why;
	} cases[] = {
		{"[{'count':1}]", OVSDB_TXN_SUCCESS, ""},
		{"[{'count':1},{'error':'constraint violation','details':"
		 "'multiple rows'}]",
		 OVSDB_TXN_TRY_AGAIN, "constraint violation: multiple rows"},
		{"[{'error':'timed out'}]", OVSDB_TXN_TRY_AGAIN, "timed out"},
		{"[{'error':'cluster error'}]", OVSDB_TXN_TRY_AGAIN,
		 "cluster error"},
		{"[{},{'error':'not leader'}]", OVSDB_TXN_TRY_AGAIN,
		 "not leader"},
		{"[{'error':'permission error','details':'no'},null]",
		 OVSDB_TXN_ERROR, "permission error: no"},
		{"[{'error':7}]", OVSDB_TXN_ERROR, "an error without text"},
		{"7", OVSDB_TXN_ERROR, "the answer is no array of results"},
	};
	struct fake *f = *state;
	struct outcome o = {0};
	size_t i;

	ovsdb_txn_submit(txn_delete(f), done, &o);
	fake_until(f, o.n == 1);
	assert_int_equal(o.result, OVSDB_TXN_TRY_AGAIN);
	assert_string_equal(o.why, "not connected");
	fake_up(f, "{}");
	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		memset(&o, 0, sizeof(o));
		ovsdb_txn_submit(txn_delete(f), done, &o);
		assert_int_equal(ovsdb_client_in_flight(f->client), 1);
		fake_reply(f, fake_expect(f, "transact"), "%s",
			   cases[i].answer);
		fake_until(f, o.n);
		assert_int_equal(o.result, cases[i].result);
		assert_string_equal(o.why, cases[i].why);
		assert_int_equal(ovsdb_client_in_flight(f->client), 0);
	}
	memset(&o, 0, sizeof(o));
	ovsdb_txn_submit(txn_delete(f), done, &o);
	fake_refuse(f, fake_expect(f, "transact"), "'canceled'");
	fake_until(f, o.n == 1);
	assert_int_equal(o.result, OVSDB_TXN_TRY_AGAIN);
	/* lost before the answer; never twice */
	ovsdb_txn_submit(txn_delete(f), done, &o);
	json_decref(fake_expect(f, "transact"));
	fake_again(f);
	fake_settle(f);
	assert_int_equal(o.n, 2);
	assert_int_equal(o.result, OVSDB_TXN_TRY_AGAIN);
	assert_int_equal(ovsdb_client_in_flight(f->client), 0);
}

static void operations(void **state)
{
	struct fake *f = *state;
	const struct ovsdb_row *row;
	struct outcome o = {0};
	struct ovsdb_txn *t;
	json_t *set, *map;
	uint8_t uuid[16];

	fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x','words':['set',["
		   "'b','a']]}}}}");
	assert_int_equal(ovsdb_uuid_parse(A, uuid), 0);
	row = ovsdb_find(ovsdb_table(ovsdb_client_db(f->client), "Thing"),
			 uuid);
	t = ovsdb_txn_new(f->client);
	assert_true(ovsdb_txn_is_empty(t));
	ovsdb_txn_comment(t, "c");
	assert_true(ovsdb_txn_is_empty(t));
	ovsdb_txn_submit(t, done, &o);
	assert_int_equal(o.n, 0);
	fake_until(f, o.n);
	assert_int_equal(o.result, OVSDB_TXN_SUCCESS);

	t = ovsdb_txn_new(f->client);
	ovsdb_txn_verify(t, row, "name");
	ovsdb_txn_verify(t, row, "n");
	ovsdb_txn_verify(t, row, "tag");
	ovsdb_txn_verify(t, row, "words");
	ovsdb_txn_verify(t, row, "late"); /* the server does not have it */
	set = ovsdb_json_set();
	ovsdb_json_set_add(set, ovsdb_json_named("new"));
	map = ovsdb_json_map();
	ovsdb_json_map_add(map, "k", json_string("v"));
	ovsdb_txn_insert(t, "Thing", "new", json_pack("{s:o}", "options", map));
	ovsdb_txn_update(t, "Thing", uuid, json_pack("{s:i}", "n", 1));
	ovsdb_txn_mutate(t, "Thing", uuid,
			 json_pack("[[s, s, o]]", "peers", "insert", set));
	ovsdb_txn_submit(t, done, &o);
	set = fake_expect(f, "transact");
#define WHERE "'where':[['_uuid','==',['uuid','" A "']]]"
#define WAIT(column, value)                                                    \
	"{'columns':['" column "'],'op':'wait','rows':[{'" column "':" value   \
	"}],'table':'Thing','timeout':0,'until':'=='," WHERE "}"
	assert_string_equal(
		fake_text(json_object_get(set, "params")),
		"['Test'," WAIT("name", "'x'") "," WAIT("n", "0") "," WAIT("tag", "['set',[]]") "," WAIT(
			"words",
			"['set',['a','b']]") ","
					     "{'op':'insert','row':{'options':['map',[['k','v']]]},'table':"
					     "'Thing','uuid-name':'new'},{'op':'update','row':{'n':1},"
					     "'table':'Thing'," WHERE
					     "},{'mutations':[['peers','insert',["
					     "'set',[['named-uuid','new']]]]],'op':'mutate','table':"
					     "'Thing'," WHERE "}]");
	json_decref(set);
	t = ovsdb_txn_new(f->client);
	ovsdb_txn_verify(t, row, "nosuch");
	ovsdb_txn_submit(t, done, &o);
	fake_until(f, o.n == 2);
	assert_int_equal(o.result, OVSDB_TXN_ERROR);
	assert_non_null(strstr(o.why, "Thing.nosuch"));
	ovsdb_txn_cancel(txn_delete(f));
}

int main(void)
{
#define TEST(name, setup)                                                      \
	cmocka_unit_test_setup_teardown(name, setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(lock, setup_lock),
		TEST(conditions, setup),
		TEST(outcomes, setup),
		TEST(operations, setup),
	};

	return cmocka_run_group_tests_name("ovsdb transactions", tests, NULL,
					   NULL);
}
