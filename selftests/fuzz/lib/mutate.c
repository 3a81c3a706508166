// SPDX-License-Identifier: GPL-2.0-only
#include "mutate.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "input.h"

#define NODES 4096
#define DEPTH 40
#define STRING_MAX 300

struct node {
	json_t *value, *parent; /* parent NULL: the root */
	const char *key; /* in an object */
	size_t index; /* in an array */
};

struct tree {
	json_t *root;
	struct node list[NODES];
	size_t n;
	uint32_t random;
};

static uint32_t any(struct tree *t, uint32_t n)
{
	/* xorshift32 */
	t->random ^= t->random << 13;
	t->random ^= t->random >> 17;
	t->random ^= t->random << 5;
	return t->random % n;
}

static void collect(struct tree *t, struct node node, unsigned int depth)
{
	size_t i;
	json_t *value;
	const char *key;

	if (t->n == NODES || depth == DEPTH)
		return;
	t->list[t->n++] = node;
	if (json_is_array(node.value))
		json_array_foreach(node.value, i, value)
			collect(t, (struct node){value, node.value, NULL, i},
				depth + 1);
	else
		json_object_foreach(node.value, key, value) collect(
			t, (struct node){value, node.value, key, 0}, depth + 1);
}

/* false: it is no JSON. */
static bool tree_read(struct tree *t, const uint8_t *data, size_t size,
		      unsigned int seed)
{
	t->random = seed * 2654435761u | 1;
	t->n = 0;
	t->root = json_loadb((const char *)data, size, JSON_ALLOW_NUL, NULL);
	if (t->root)
		collect(t, (struct node){.value = t->root}, 0);
	return t->root;
}

static void put(const struct node *n, json_t *value)
{
	if (json_is_object(n->parent))
		json_object_set_new(n->parent, n->key, value);
	else if (n->parent)
		json_array_set_new(n->parent, n->index, value);
	else
		json_decref(value);
}

static json_t *string_change(struct tree *t, const json_t *old)
{
	char text[STRING_MAX];
	size_t i, n = json_string_length(old);
	json_t *new;

	n = n < STRING_MAX / 2 ? n : STRING_MAX / 2;
	memcpy(text, json_string_value(old), n);
	n = LLVMFuzzerMutate((uint8_t *)text, n, sizeof(text));
	new = json_stringn(text, n);
	/* UTF-8 that it was not */
	for (i = 0; !new &&i < n; i++)
		text[i] &= 0x7f;
	if (!new)
		new = json_stringn(text, n);
	return any(t, 50) ? new : (json_decref(new), json_string(""));
}

static json_t *integer_change(struct tree *t, const json_t *old)
{
	static const json_int_t edges[] = {
		0,	    1,		-1,
		32,	    33,		4094,
		4095,	    4096,	32767,
		32768,	    65534,	65535,
		65536,	    16711679,	16777215,
		16777216,   2147483647, -2147483648LL,
		4294967295, 4294967296, INT64_MIN,
		INT64_MAX,
	};
	uint64_t value = json_integer_value(old);

	switch (any(t, 4)) {
	case 0:
		return json_integer(value + 1);
	case 1:
		return json_integer(value - 1);
	case 2:
		return json_integer(any(t, UINT32_MAX));
	default:
		return json_integer(
			edges[any(t, sizeof(edges) / sizeof(*edges))]);
	}
}

/* Of strings, one digit, so that keys stay UUIDs. */
static json_t *key_change(struct tree *t, const char *key)
{
	json_t *old, *new;
	char *text, *p;

	if (!*key || any(t, 4)) {
		old = json_string(key);
		new = string_change(t, old);
		json_decref(old);
		return new;
	}
	text = strdup(key);
	require(text);
	p = text + any(t, strlen(text));
	if (strchr("0123456789abcdef", *p))
		*p = "0123456789abcdef"[any(t, 16)];
	new = json_string(text);
	free(text);
	return new;
}

static void object_change(struct tree *t, json_t *object)
{
	size_t at =
		json_object_size(object) ? any(t, json_object_size(object)) : 0;
	const struct node *other = &t->list[any(t, t->n)];
	void *member = json_object_iter(object);
	json_t *key, *value;

	while (member && at--)
		member = json_object_iter_next(object, member);
	if (!member) {
		json_object_set_new(object, other->key ? other->key : "",
				    json_deep_copy(other->value));
		return;
	}
	value = json_object_iter_value(member);
	switch (any(t, 4)) {
	case 0:
		json_object_del(object, json_object_iter_key(member));
		break;
	case 1: /* twice, under two keys */
		key = key_change(t, json_object_iter_key(member));
		json_object_set_new(object, json_string_value(key),
				    json_deep_copy(value));
		json_decref(key);
		break;
	case 2: /* the key of another one */
		if (other->key)
			json_object_set_new(object, other->key,
					    json_deep_copy(value));
		break;
	default:
		if (other->key)
			json_object_set_new(object, other->key,
					    json_deep_copy(other->value));
	}
}

static void array_change(struct tree *t, json_t *array)
{
	size_t n = json_array_size(array), at = n ? any(t, n) : 0;
	const struct node *other = &t->list[any(t, t->n)];

	switch (n ? any(t, 4) : 3) {
	case 0:
		json_array_remove(array, at);
		break;
	case 1:
		json_array_insert_new(
			array, any(t, n + 1),
			json_deep_copy(json_array_get(array, at)));
		break;
	case 2:
		json_array_set_new(array, at, json_deep_copy(other->value));
		break;
	default:
		json_array_append_new(array, json_deep_copy(other->value));
	}
}

/* The value of another node of the same type, if soon found. */
static const json_t *alike(struct tree *t, const struct tree *from,
			   const json_t *value)
{
	int i;

	for (i = 0; i < 20; i++) {
		const json_t *other = from->list[any(t, from->n)].value;

		if (json_typeof(other) == json_typeof(value))
			return other;
	}
	return value;
}

static void node_change(struct tree *t, const struct tree *from)
{
	const struct node *n = &t->list[any(t, t->n)];

	if (n->parent && (t != from || !any(t, 3))) {
		put(n, json_deep_copy(alike(t, from, n->value)));
		return;
	}
	if (n->parent && !any(t, 40)) { /* of another type */
		put(n, json_deep_copy(t->list[any(t, t->n)].value));
		return;
	}
	switch (json_typeof(n->value)) {
	case JSON_OBJECT:
		object_change(t, n->value);
		break;
	case JSON_ARRAY:
		array_change(t, n->value);
		break;
	case JSON_STRING:
		put(n, string_change(t, n->value));
		break;
	case JSON_INTEGER:
		put(n, integer_change(t, n->value));
		break;
	case JSON_TRUE:
		put(n, json_false());
		break;
	default:
		put(n, json_true());
	}
}

/* 0: it does not fit. */
static size_t tree_write(const struct tree *t, uint8_t *data, size_t max)
{
	char *text = json_dumps(t->root, JSON_COMPACT);
	size_t n = text ? strlen(text) : 0;

	if (n <= max)
		memcpy(data, text, n);
	free(text);
	return n <= max ? n : 0;
}

static void recollect(struct tree *t)
{
	t->n = 0;
	collect(t, (struct node){.value = t->root}, 0);
}

size_t json_mutate(uint8_t *data, size_t size, size_t max, unsigned int seed)
{
	static struct tree t;
	size_t n;
	int i;

	if (!tree_read(&t, data, size, seed) || !any(&t, 100)) {
		json_decref(t.root);
		return LLVMFuzzerMutate(data, size, max);
	}
	for (i = any(&t, 4); i >= 0; i--) {
		node_change(&t, &t);
		recollect(&t);
	}
	n = tree_write(&t, data, max);
	json_decref(t.root);
	return n ? n : size;
}

size_t json_cross(const uint8_t *a, size_t a_size, const uint8_t *b,
		  size_t b_size, uint8_t *out, size_t max, unsigned int seed)
{
	static struct tree t, from;
	size_t n = 0;
	int i;

	if (tree_read(&t, a, a_size, seed)) {
		if (tree_read(&from, b, b_size, seed)) {
			for (i = any(&t, 4); i >= 0; i--) {
				node_change(&t, &from);
				recollect(&t);
			}
			n = tree_write(&t, out, max);
			json_decref(from.root);
		}
		json_decref(t.root);
	}
	return n;
}
