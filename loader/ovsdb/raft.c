// SPDX-License-Identifier: GPL-2.0-only
/*
 * A cluster member's file, ovsdb(5), "Clustered Database Format": a header
 * with a snapshot, then Raft's log.  What counts is the snapshot and the
 * entries up to the last commit_index; an entry behind that may yet be
 * overwritten by another leader's.
 */
#include "log.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Entries that are not committed yet, oldest first. */
struct raft_entry {
	char *data; /* JSON, NULL: none */
	size_t length;
};

struct raft {
	struct ovsdb *db;
	uint64_t applied; /* index of the entry applied last */
	struct raft_entry *pending; /* indices applied + 1, ... */
	size_t n, first, capacity;
};

struct raft_record {
	struct json_text name, index, commit_index, data, prev_index, prev_data;
};

static void record_parse(struct json_text text, struct raft_record *r)
{
	struct json_walk w;

	memset(r, 0, sizeof(*r));
	json_walk_init(&w, text);
	while (json_walk_next(&w)) {
		if (json_text_equals(w.key, "name"))
			r->name = w.value;
		else if (json_text_equals(w.key, "index"))
			r->index = w.value;
		else if (json_text_equals(w.key, "commit_index"))
			r->commit_index = w.value;
		else if (json_text_equals(w.key, "data"))
			r->data = w.value;
		else if (json_text_equals(w.key, "prev_index"))
			r->prev_index = w.value;
		else if (json_text_equals(w.key, "prev_data"))
			r->prev_data = w.value;
	}
}

static int index_parse(struct json_text text, uint64_t *index, struct error *e)
{
	char *end, digits[24] = "";
	size_t n = text.end - text.p;

	if (n && n < sizeof(digits))
		memcpy(digits, text.p, n);
	errno = 0;
	*index = strtoull(digits, &end, 10);
	if (!n || n >= sizeof(digits) || errno || *end || digits[0] == '-')
		return error_set(e, EINVAL, "a Raft index was expected");
	return 0;
}

/* [schema or null, transaction or null] */
static int data_apply(struct ovsdb *db, struct json_text data, struct error *e)
{
	struct json_text parts[2];
	struct json_walk w;
	size_t n = 0;
	int err = 0;

	if (!json_text_is(data, '['))
		return error_set(e, EINVAL, "data is no array");
	json_walk_init(&w, data);
	while (n < 2 && json_walk_next(&w))
		parts[n++] = w.value;
	if (n != 2)
		return error_set(e, EINVAL,
				 "data is no pair of schema and transaction");
	if (!json_text_equals(parts[0], "null"))
		err = schema_apply(db, parts[0], e);
	if (!err && !json_text_equals(parts[1], "null"))
		err = txn_apply(db, parts[1], e);
	return err;
}

static int header_apply(struct raft *raft, struct json_text text,
			struct error *e)
{
	struct raft_record r;
	int err;

	record_parse(text, &r);
	if (json_text_is(r.name, '"')) {
		r.name.p++;
		r.name.end--;
		if (!json_text_equals(r.name, raft->db->expect))
			return error_set(e, EINVAL,
					 "this is database %.*s; give a file "
					 "of %s",
					 (int)(r.name.end - r.name.p > 100 ?
						       100 :
						       r.name.end - r.name.p),
					 r.name.p, raft->db->expect);
	}
	if (!r.prev_data.p)
		return error_set(e, EINVAL,
				 "this member holds no data yet; take the file "
				 "of a member that has joined its cluster");
	err = index_parse(r.prev_index, &raft->applied, e);
	return err ? err : data_apply(raft->db, r.prev_data, e);
}

static void pending_cut(struct raft *raft, size_t n)
{
	while (raft->n > n)
		free(raft->pending[raft->first + --raft->n].data);
}

static int entry_add(struct raft *raft, const struct raft_record *r,
		     struct error *e)
{
	struct raft_entry *entry;
	uint64_t index;
	int err;

	err = index_parse(r->index, &index, e);
	if (err)
		return err;
	if (index <= raft->applied)
		return error_set(e, EINVAL,
				 "entry %llu is written anew after it was "
				 "committed",
				 (unsigned long long)index);
	if (index > raft->applied + raft->n + 1)
		return error_set(e, EINVAL, "entries before %llu are missing",
				 (unsigned long long)index);
	pending_cut(raft, index - raft->applied - 1);
	if (raft->first + raft->n == raft->capacity) {
		size_t capacity = 2 * raft->n + 8;

		/* Those in front have been applied. */
		if (raft->first)
			memmove(raft->pending, raft->pending + raft->first,
				raft->n * sizeof(*entry));
		raft->first = 0;
		entry = realloc(raft->pending, capacity * sizeof(*entry));
		if (!entry)
			return error_set(e, ENOMEM, "out of memory");
		raft->pending = entry;
		raft->capacity = capacity;
	}
	entry = &raft->pending[raft->first + raft->n];
	memset(entry, 0, sizeof(*entry));
	if (r->data.p && !json_text_equals(r->data, "null")) {
		entry->length = r->data.end - r->data.p;
		entry->data = malloc(entry->length);
		if (!entry->data)
			return error_set(e, ENOMEM, "out of memory");
		memcpy(entry->data, r->data.p, entry->length);
	}
	raft->n++;
	return 0;
}

static int commit(struct raft *raft, struct json_text text, struct error *e)
{
	uint64_t index;
	int err;

	err = index_parse(text, &index, e);
	if (err)
		return err;
	if (index > raft->applied + raft->n)
		return error_set(e, EINVAL,
				 "entry %llu is committed but missing",
				 (unsigned long long)index);
	while (!err && raft->applied < index) {
		struct raft_entry *entry = &raft->pending[raft->first];

		if (entry->data)
			err = data_apply(
				raft->db,
				(struct json_text){entry->data,
						   entry->data + entry->length},
				e);
		free(entry->data);
		raft->first++;
		raft->n--;
		raft->applied++;
	}
	return err;
}

int raft_read(struct log_file *log, struct json_text first, struct ovsdb *db,
	      struct error *e)
{
	struct raft raft = {.db = db};
	struct raft_record r;
	struct json_text text;
	int err;

	err = header_apply(&raft, first, e);
	while (!err) {
		err = log_read(log, &text, e);
		if (err <= 0)
			goto out;
		/* Terms, votes and leaders are nothing to us. */
		record_parse(text, &r);
		err = 0;
		if (r.index.p)
			err = entry_add(&raft, &r, e);
		else if (r.commit_index.p)
			err = commit(&raft, r.commit_index, e);
	}
	err = log_error(log, err, e);
out:
	pending_cut(&raft, 0);
	free(raft.pending);
	return err;
}
