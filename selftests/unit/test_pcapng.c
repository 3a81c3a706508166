// SPDX-License-Identifier: GPL-2.0-only
/* pcapng as its specification draws it: blocks, lengths, padding, options. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <cmocka.h>
#include <errno.h>

#include "cmd/pcapng.h"

/* What was written, and how far it is read. */
struct file {
	FILE *to;
	char *bytes;
	size_t n;
	size_t at;
};

static void file_open(struct file *f)
{
	memset(f, 0, sizeof(*f));
	f->to = open_memstream(&f->bytes, &f->n);
	assert_non_null(f->to);
}

static void file_close(struct file *f)
{
	assert_int_equal(f->n, f->at); /* and nothing more */
	fclose(f->to);
	free(f->bytes);
}

static void want(struct file *f, const void *bytes, size_t n)
{
	assert_true(f->at + n <= f->n);
	assert_memory_equal(f->bytes + f->at, bytes, n);
	f->at += n;
}

static void want_16(struct file *f, uint16_t value)
{
	want(f, &value, sizeof(value));
}

static void want_32(struct file *f, uint32_t value)
{
	want(f, &value, sizeof(value));
}

static void want_interface(struct file *f, uint32_t snaplen)
{
	want_32(f, 1);
	want_32(f, 16 + 8 + 8 + 4 + 4); /* name of 3 bytes, resolution */
	want_16(f, 1); /* Ethernet */
	want_16(f, 0);
	want_32(f, snaplen);
	want_16(f, 2); /* if_name */
	want_16(f, 3);
	want(f, "vm1\0", 4);
	want_16(f, 9); /* if_tsresol: 10^-9 */
	want_16(f, 1);
	want(f, "\x09\0\0\0", 4);
	want_32(f, 0); /* opt_endofopt */
	want_32(f, 16 + 8 + 8 + 4 + 4);
}

static void test_section(void **state)
{
	struct pcapng p;
	struct file f;

	(void)state;
	file_open(&f);
	assert_int_equal(0, pcapng_begin(&p, f.to, 128, "xovn 1"));
	want(&f, "\x0a\x0d\x0d\x0a", 4); /* the same in either order */
	want_32(&f, 24 + 4 + 8 + 4 + 4);
	want_32(&f, 0x1a2b3c4d);
	want_16(&f, 1);
	want_16(&f, 0);
	want(&f, "\xff\xff\xff\xff\xff\xff\xff\xff", 8);
	want_16(&f, 4); /* shb_userappl */
	want_16(&f, 6);
	want(&f, "xovn 1\0\0", 8);
	want_32(&f, 0);
	want_32(&f, 24 + 4 + 8 + 4 + 4);
	file_close(&f);
}

static void test_interface(void **state)
{
	struct pcapng p = {.snaplen = 128};
	uint32_t number = 77;
	struct file f;

	(void)state;
	file_open(&f);
	p.to = f.to;
	assert_int_equal(0, pcapng_interface(&p, "vm1", &number));
	assert_int_equal(0, number);
	want_interface(&f, 128);
	assert_int_equal(0, pcapng_interface(&p, "vm1", &number));
	assert_int_equal(1, number);
	want_interface(&f, 128);
	file_close(&f);
}

static void test_packet(void **state)
{
	/* captured, comment, lost: with every padding there is */
	static const struct {
		uint32_t captured;
		const char *comment;
		uint64_t lost;
	} rows[] = {
		{16, "four", 0}, {15, "drop X", 0},	 {14, "d", 1},
		{13, "", 0},	 {0, "abc", 1ull << 40},
	};
	const uint8_t data[16] = {0xf0, 1, 2,  3,  4,  5,  6,  7,
				  8,	9, 10, 11, 12, 13, 14, 0xff};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint32_t n = rows[i].captured, c = strlen(rows[i].comment);
		uint32_t len = 28 + (n + 3) / 4 * 4 + 4 + (c + 3) / 4 * 4 + 8 +
			       (rows[i].lost ? 12 : 0) + 4 + 4;
		struct pcapng_packet packet = {
			.interface = 3,
			.time = 0x0123456789abcdefull,
			.data = data,
			.captured = n,
			.len = 1500,
			.lost = rows[i].lost,
			.comment = rows[i].comment,
		};
		struct pcapng p = {.snaplen = 128};
		struct file f;

		file_open(&f);
		p.to = f.to;
		assert_int_equal(0, pcapng_packet(&p, &packet));
		want_32(&f, 6);
		want_32(&f, len);
		want_32(&f, 3);
		want_32(&f, 0x01234567); /* high before low */
		want_32(&f, 0x89abcdef);
		want_32(&f, n);
		want_32(&f, 1500);
		want(&f, data, n);
		want(&f, "\0\0\0", -n & 3);
		want_16(&f, 1); /* opt_comment */
		want_16(&f, c);
		want(&f, rows[i].comment, c);
		want(&f, "\0\0\0", -c & 3);
		want_16(&f, 2); /* epb_flags: inbound */
		want_16(&f, 4);
		want_32(&f, 1);
		if (rows[i].lost) {
			want_16(&f, 4); /* epb_dropcount */
			want_16(&f, 8);
			want(&f, &rows[i].lost, 8);
		}
		want_32(&f, 0);
		want_32(&f, len);
		file_close(&f);
	}
}

/* A comment has 65,535 bytes at most. */
static void test_long_comment(void **state)
{
	static char comment[70000];
	struct pcapng_packet packet = {.comment = comment};
	struct pcapng p = {.snaplen = 128};
	struct file f;

	(void)state;
	memset(comment, 'x', sizeof(comment) - 1);
	file_open(&f);
	p.to = f.to;
	assert_int_equal(0, pcapng_packet(&p, &packet));
	assert_int_equal(28 + 4 + 65536 + 8 + 4 + 4, f.n);
	f.at = f.n;
	file_close(&f);
}

static void test_full_disk(void **state)
{
	struct pcapng_packet packet = {.comment = ""};
	FILE *to = fopen("/dev/full", "w");
	struct pcapng p;

	(void)state;
	assert_non_null(to);
	assert_int_equal(-ENOSPC, pcapng_begin(&p, to, 128, "xovn"));
	assert_int_equal(-ENOSPC, pcapng_packet(&p, &packet));
	fclose(to);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_section),
		cmocka_unit_test(test_interface),
		cmocka_unit_test(test_packet),
		cmocka_unit_test(test_long_comment),
		cmocka_unit_test(test_full_disk),
	};

	return cmocka_run_group_tests_name("pcapng", tests, NULL, NULL);
}
