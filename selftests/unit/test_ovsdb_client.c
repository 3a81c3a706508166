// SPDX-License-Identifier: GPL-2.0-only
/* A live database: what a server sends, and what becomes of the rows. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fake_ovsdb.h"

#define A FAKE_ROW("a")
#define B FAKE_ROW("b")
#define C FAKE_ROW("c")
#define ZERO "00000000-0000-0000-0000-000000000000"

static int setup(void **state)
{
	return fake_setup(state, false, NULL, 0);
}

/* "+a(x,1) -b ~c(old->new)": the last digit of the uuid, name and n. */
static const char *changes_text(const struct fake *f)
{
	static char text[2048];
	size_t i, n = 0;

	text[0] = '\0';
	for (i = 0; i < ovsdb_client_n_changes(f->client); i++) {
		const struct ovsdb_change *c =
			ovsdb_client_change(f->client, i);
		const struct ovsdb_row *row = c->row ? c->row : c->old;
		char uuid[37];

		ovsdb_uuid_format(ovsdb_row_uuid(row), uuid);
		n += snprintf(text + n, sizeof(text) - n, "%s%c%s",
			      n ? " " : "", "+~-"[c->kind], uuid + 35);
		if (c->old)
			n += snprintf(text + n, sizeof(text) - n, "(%s,%d)",
				      ovsdb_string(c->old, "name", 0),
				      (int)ovsdb_integer(c->old, "n", 0));
		if (c->row)
			n += snprintf(text + n, sizeof(text) - n, "(%s,%d)",
				      ovsdb_string(c->row, "name", 0),
				      (int)ovsdb_integer(c->row, "n", 0));
	}
	return text;
}

static void changes_check(const struct fake *f, const char *wanted)
{
	assert_string_equal(changes_text(f), wanted);
	ovsdb_client_forget_changes(f->client);
	assert_int_equal(ovsdb_client_n_changes(f->client), 0);
}

static const struct ovsdb_table *things(const struct fake *f)
{
	return ovsdb_table(ovsdb_client_db(f->client), "Thing");
}

static const struct ovsdb_row *thing(const struct fake *f, const char *text)
{
	uint8_t uuid[16];

	assert_int_equal(ovsdb_uuid_parse(text, uuid), 0);
	return ovsdb_find(things(f), uuid);
}

/* Sends an update and waits until its transaction is known: a request and its
 * answer follow the update. */
static void update(struct fake *f, const char *rows)
{
	fake_send(f,
		  "{'id':null,'method':'update3','params':['Test','" A
		  "',{'Thing':{%s}}]}",
		  rows);
	fake_send(f, "{'id':7,'method':'echo','params':['x']}");
	json_decref(fake_receive(f));
}

static void asked_for(void **state)
{
	struct fake *f = *state;
	json_t *request;

	assert_false(ovsdb_client_has_contents(f->client));
	request = fake_start(f, fake_schema, NULL);
	assert_string_equal(
		fake_text(json_object_get(request, "params")),
		"['Test','Test',{'Extra':[{'columns':['name']}],'Thing':[{"
		"'columns':['name','n','tag','words','options']}]},'" ZERO
		"']");
	assert_false(ovsdb_client_is_connected(f->client));
	fake_reply(f, request,
		   "[false,'%s',{'Thing':{'%s':{'initial':{"
		   "'name':'x','n':1}}}}]",
		   A, A);
	fake_until(f, ovsdb_client_has_contents(f->client));
	assert_true(ovsdb_client_is_connected(f->client));
	assert_true(ovsdb_client_has_column(f->client, "Thing", "words"));
	assert_false(ovsdb_client_has_column(f->client, "Thing", "late"));
	assert_false(ovsdb_client_has_column(f->client, "None", "late"));
	assert_int_equal(ovsdb_size(thing(f, A), "late"), 0);
	changes_check(f, "+a(x,1)");
}

/* A server of Open vSwitch 2.5: no _Server, no conditions. */
static void old_server(void **state)
{
	struct fake *f = *state;
	json_t *request;

	fake_accept(f);
	fake_refuse(f, fake_expect(f, "set_db_change_aware"),
		    "'unknown method'");
	fake_refuse(f, fake_expect(f, "get_schema"),
		    "{'error':'unknown database','details':'_Server'}");
	fake_reply(f, fake_expect(f, "get_schema"), "%s", fake_schema);
	fake_refuse(f, fake_expect(f, "monitor_cond_since"),
		    "'unknown method'");
	fake_refuse(f, fake_expect(f, "monitor_cond"),
		    "{'error':'unknown method'}");
	request = fake_expect(f, "monitor");
	assert_string_equal(
		fake_text(json_object_get(request, "params")),
		"['Test','Test',{'Extra':[{'columns':['name']}],'Thing':[{"
		"'columns':['name','n','tag','words','options']}]}]");
	fake_reply(f, request,
		   "{'Thing':{'%s':{'new':{'name':'x','n':0,'tag':"
		   "['set',[]],'words':['set',['v','w']],'options':"
		   "['map',[]]}}}}",
		   A);
	fake_until(f, ovsdb_client_is_connected(f->client));
	changes_check(f, "+a(x,0)");
	fake_send(f, "{'id':null,'method':'update','params':['Test',{'Thing':{"
		     "'" A "':{'old':{'n':0},'new':{'name':'x','n':2,'words':"
		     "['set',['w','z']],'options':['map',[]]}},'" B
		     "':{'new':{'name':'y'}}}}]}");
	fake_until(f, ovsdb_client_n_changes(f->client) == 2);
	assert_string_equal(ovsdb_string(thing(f, A), "words", 1), "z");
	assert_int_equal(ovsdb_size(thing(f, A), "words"), 2);
	ovsdb_client_forget_changes(f->client);
	fake_send(f, "{'id':null,'method':'update','params':['Test',{'Thing':{"
		     "'" A "':{'old':{'name':'x'}}}}]}");
	fake_until(f, ovsdb_client_n_changes(f->client) == 1);
	changes_check(f, "-a(x,2)");
}

static void middle_server(void **state)
{
	struct fake *f = *state;

	fake_refuse(f, fake_start(f, fake_schema, NULL), "'unknown method'");
	fake_reply(f, fake_expect(f, "monitor_cond"),
		   "{'Thing':{'%s':{'initial':{'name':'x'}}}}", A);
	fake_until(f, ovsdb_client_is_connected(f->client));
	fake_send(f, "{'id':null,'method':'update2','params':['Test',{'Thing':{"
		     "'" A "':{'modify':{'n':4}}}}]}");
	fake_until(f, ovsdb_integer(thing(f, A), "n", 0) == 4);
	/* It knows no transactions to go on from. */
	fake_again(f);
	json_decref(fake_start(f, fake_schema, NULL));
}

/* modify carries differences, except of columns with one value. */
static void values(void **state)
{
	struct fake *f = *state;
	const struct ovsdb_row *row;

	fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x','n':3,'tag':5,"
		   "'words':['set',['b','a']],'options':['map',[['k','v'],"
		   "['l','w']]]}}}}");
	update(f, "'" A "':{'modify':{'n':0,'tag':['set',[6]],'words':['set',["
		  "'a','c']],'options':['map',[['k','v'],['l','x'],['m','y']]]"
		  "}}");
	row = thing(f, A);
	assert_int_equal(ovsdb_integer(row, "tag", 0), 6);
	/* as one that was never sent */
	assert_int_equal(ovsdb_size(row, "n"), 0);
	assert_int_equal(ovsdb_size(row, "words"), 2);
	assert_string_equal(ovsdb_string(row, "words", 0), "b");
	assert_string_equal(ovsdb_string(row, "words", 1), "c");
	assert_null(ovsdb_map_get(row, "options", "k"));
	assert_string_equal(ovsdb_map_get(row, "options", "l"), "x");
	assert_string_equal(ovsdb_map_get(row, "options", "m"), "y");
	update(f, "'" A "':{'modify':{'tag':['set',[]]}}");
	assert_int_equal(ovsdb_size(thing(f, A), "tag"), 0);
	/* 0 is not the same as no value */
	update(f, "'" A "':{'modify':{'tag':0}}");
	assert_int_equal(ovsdb_size(thing(f, A), "tag"), 1);
}

static void changes_merge(void **state)
{
	static const struct {
		const char *updates[3], *wanted;
	} cases[] = {
		{{"'" B "':{'insert':{'name':'y'}}", "'" B "':{'delete':null}"},
		 ""},
		{{"'" B "':{'insert':{'name':'y'}}",
		  "'" B "':{'modify':{'name':'z'}}"},
		 "+b(z,0)"},
		{{"'" A "':{'modify':{'n':2}}", "'" A "':{'modify':{'n':3}}"},
		 "~a(x,1)(x,3)"},
		{{"'" A "':{'modify':{'n':2}}", "'" A "':{'modify':{'n':1}}"},
		 ""},
		{{"'" A "':{'modify':{'n':2}}", "'" A "':{'delete':null}"},
		 "-a(x,1)"},
		{{"'" A "':{'delete':null}", "'" A "':{'insert':{'name':'w'}}"},
		 "~a(x,1)(w,0)"},
		{{"'" A "':{'delete':null}",
		  "'" A "':{'insert':{'name':'x','n':1}}"},
		 ""},
		{{"'" B "':{'insert':{'name':'y'}}", "'" B "':{'delete':null}",
		  "'" B "':{'insert':{'name':'z'}},'" C "':{'insert':{}}"},
		 "+b(z,0) +c(,0)"},
	};
	struct fake *f = *state;
	size_t i, j;

	for (i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fake_up(f,
			"{'Thing':{'" A "':{'initial':{'name':'x','n':1}}}}");
		ovsdb_client_forget_changes(f->client);
		for (j = 0; j < 3 && cases[i].updates[j]; j++)
			update(f, cases[i].updates[j]);
		changes_check(f, cases[i].wanted);
		fake_again(f);
	}
}

static void change_columns(void **state)
{
	struct fake *f = *state;
	const struct ovsdb_change *change;

	fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x','n':1}}}}");
	change = ovsdb_client_change(f->client, 0);
	assert_true(ovsdb_change_has(change, "name"));
	assert_false(ovsdb_change_has(change, "words"));
	assert_false(ovsdb_change_has(change, "nosuch"));
	ovsdb_client_forget_changes(f->client);
	update(f, "'" A "':{'modify':{'words':'w'}}");
	change = ovsdb_client_change(f->client, 0);
	assert_true(ovsdb_change_has(change, "words"));
	assert_false(ovsdb_change_has(change, "name"));
}

/* The server knows the transaction: what came since. */
static void goes_on(void **state)
{
	struct fake *f = *state;
	json_t *request;

	fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x'}},'" B
		   "':{'initial':{'name':'y'}}}}");
	update(f, "'" B "':{'modify':{'n':1}}");
	ovsdb_client_forget_changes(f->client);
	fake_again(f);
	request = fake_start(f, fake_schema, NULL);
	assert_string_equal(json_string_value(json_array_get(
				    json_object_get(request, "params"), 3)),
			    A);
	assert_int_equal(ovsdb_table_size(things(f)), 2);
	fake_reply(f, request,
		   "[true,'%s',{'Thing':{'%s':{'modify':{'n':5}}}}]", C, B);
	fake_until(f, ovsdb_client_is_connected(f->client));
	changes_check(f, "~b(y,1)(y,5)");
}

/* It does not: all rows come, the changes are those that differ. */
static void begins_anew(void **state)
{
	struct fake *f = *state;
	json_t *request;

	fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x'}},'" B
		   "':{'initial':{'name':'y','n':1}}}}");
	ovsdb_client_forget_changes(f->client);
	fake_again(f);
	request = fake_start(f, fake_schema, NULL);
	/* What was known is to be seen until all is here. */
	assert_int_equal(ovsdb_table_size(things(f)), 2);
	assert_int_equal(ovsdb_client_n_changes(f->client), 0);
	assert_true(ovsdb_client_has_contents(f->client));
	fake_reply(f, request,
		   "[false,'%s',{'Thing':{'%s':{'initial':{'name':'y','n':2}},"
		   "'%s':{'initial':{'name':'z'}}}}]",
		   C, B, C);
	fake_until(f, ovsdb_client_is_connected(f->client));
	assert_int_equal(ovsdb_table_size(things(f)), 2);
	assert_null(thing(f, A));
	/* in the order in which they move: gone, come, changed where it was */
	assert_int_equal(ovsdb_client_n_changes(f->client), 3);
	changes_check(f, "~b(y,1)(y,2) -a(x,0) +c(z,0)");
	/* the same once more: no change at all */
	fake_again(f);
	fake_reply(f, fake_start(f, fake_schema, NULL),
		   "[false,'%s',{'Thing':{'%s':{'initial':{'name':'y','n':2}},"
		   "'%s':{'initial':{'name':'z'}}}}]",
		   C, B, C);
	fake_until(f, ovsdb_client_is_connected(f->client));
	changes_check(f, "");
}

/* A newer schema: what came since would lack the column's values. */
static void column_comes(void **state)
{
	struct fake *f = *state;
	json_t *request;

	fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x'}}}}");
	update(f, "'" A "':{'modify':{'n':1}}");
	ovsdb_client_forget_changes(f->client);
	fake_again(f);
	request = fake_start(f, fake_schema_late, NULL);
	assert_string_equal(
		fake_text(json_object_get(request, "params")),
		"['Test','Test',{'Thing':[{'columns':['name','n','tag','words',"
		"'options','late']}]},'" ZERO "']");
	fake_reply(f, request,
		   "[false,'%s',{'Thing':{'%s':{'initial':{'name':'x','n':1,"
		   "'late':'l'}}}}]",
		   B, A);
	fake_until(f, ovsdb_client_is_connected(f->client));
	changes_check(f, "~a(x,1)(x,1)");
	assert_true(ovsdb_client_has_column(f->client, "Thing", "late"));
	assert_false(ovsdb_client_has_column(f->client, "Extra", "name"));
	assert_string_equal(ovsdb_string(thing(f, A), "late", 0), "l");
}

static void malformed(void **state)
{
	static const char *const texts[] = {
		"{'None':{}}",
		"[]",
		"{'Thing':[]}",
		"{'Thing':{'" A "':7}}",
		"{'Thing':{'" A "':{'replace':{}}}}",
		"{'Thing':{'" A "':{'insert':{}}}}",
		"{'Thing':{'" A "':{'modify':null}}}",
		"{'Thing':{'" A "':{'modify':{'name':7}}}}",
		"{'Thing':{'" A "':{'modify':{'words':['set',[7]]}}}}",
		"{'Thing':{'" A "':{'modify':{'options':['map',[['k']]]}}}}",
		"{'Thing':{'" B "':{'modify':{'n':1}}}}",
		"{'Thing':{'" B "':{'delete':null}}}",
		"{'Thing':{'0000000A-0000-0000-0000-000000000000':{'insert':{"
		"}}}}",
		"{'Thing':{'no uuid':{'insert':{}}}}",
		"{'Thing':{'" C "':{'insert':{'n':'x'}},'" B
		"':{'insert':{'name':'y'}}}}",
		"null",
	};
	struct fake *f = *state;
	json_t *request;
	size_t i;

	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x'}}}}");
		ovsdb_client_forget_changes(f->client);
		fake_send(f,
			  "{'id':null,'method':'update3','params':['Test','" B
			  "',%s]}",
			  texts[i]);
		fake_until(f, !ovsdb_client_is_connected(f->client));
		assert_non_null(strstr(ovsdb_client_status(f->client),
				       "it sent what is wrong: "));
		fake_again(f);
		request = fake_start(f, fake_schema, NULL);
		assert_string_equal(
			json_string_value(json_array_get(
				json_object_get(request, "params"), 3)),
			ZERO);
		fake_reply(f, request,
			   "[false,'" ZERO
			   "',{'Thing':{'%s':{'initial':{'name':'x'}}}}]",
			   A);
		fake_until(f, ovsdb_client_is_connected(f->client));
		changes_check(f, "");
		fake_again(f);
	}
}

/* Contents that are wrong change nothing. */
static void malformed_contents(void **state)
{
	static const char *const texts[] = {
		"[false,'" ZERO "',{'Thing':{'" B
		"':{'initial':{'name':'y'}},'" C "':{'initial':{'n':'x'}}}}]",
		"[false,'" ZERO "',{'Thing':{'" A "':{'modify':{}}}}]",
		"{}",
		"[true,'" ZERO "',7]",
		"[]",
		"null",
	};
	struct fake *f = *state;
	size_t i;

	fake_up(f, "{'Thing':{'" A "':{'initial':{'name':'x'}}}}");
	ovsdb_client_forget_changes(f->client);
	for (i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		fake_again(f);
		fake_reply(f, fake_start(f, fake_schema, NULL), "%s", texts[i]);
		fake_until(f, strstr(ovsdb_client_status(f->client),
				     "it sent what is wrong: "));
		assert_int_equal(ovsdb_table_size(things(f)), 1);
		assert_int_equal(ovsdb_client_n_changes(f->client), 0);
	}
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, setup, fake_teardown)
	const struct CMUnitTest tests[] = {
		TEST(asked_for), TEST(old_server),	   TEST(middle_server),
		TEST(values),	 TEST(changes_merge),	   TEST(change_columns),
		TEST(goes_on),	 TEST(begins_anew),	   TEST(column_comes),
		TEST(malformed), TEST(malformed_contents),
	};

	return cmocka_run_group_tests_name("ovsdb client", tests, NULL, NULL);
}
