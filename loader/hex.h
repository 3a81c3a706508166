/* SPDX-License-Identifier: GPL-2.0-only */
#ifndef XOVN_HEX_H
#define XOVN_HEX_H

/* Of a hexadecimal digit, -1: it is none.  By a table: a database has some 40
 * of them a row. */
static inline int hex_value(char c)
{
	static const signed char values[256] = {
		['0'] = 1,  ['1'] = 2,	['2'] = 3,  ['3'] = 4,	['4'] = 5,
		['5'] = 6,  ['6'] = 7,	['7'] = 8,  ['8'] = 9,	['9'] = 10,
		['a'] = 11, ['b'] = 12, ['c'] = 13, ['d'] = 14, ['e'] = 15,
		['f'] = 16, ['A'] = 11, ['B'] = 12, ['C'] = 13, ['D'] = 14,
		['E'] = 15, ['F'] = 16,
	};

	return values[(unsigned char)c] - 1;
}

/* Of two digits a byte, -1: they are none.  Reads the second only if the first
 * is one. */
static inline int hex_byte(const char *text)
{
	int high = hex_value(text[0]);
	int low = high < 0 ? -1 : hex_value(text[1]);

	return low < 0 ? -1 : high << 4 | low;
}

#endif
