// SPDX-License-Identifier: GPL-2.0-only
#include "mac.h"

/* Of a hexadecimal digit, -1: it is none. */
static int digit_value(char c)
{
	if (c >= '0' && c <= '9')
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

size_t mac_scan(const char *text, uint8_t mac[6])
{
	const char *p = text;
	int digit;

	for (int i = 0; i < 6; i++) {
		unsigned int n = 0, value = 0;

		if (i && *p++ != ':')
			return 0;
		for (; n < 3 && (digit = digit_value(*p)) >= 0; n++, p++)
			value = value << 4 | digit;
		if (!n || n > 2)
			return 0;
		mac[i] = value;
	}
	return p - text;
}
