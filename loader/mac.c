// SPDX-License-Identifier: GPL-2.0-only
#include "mac.h"

#include "hex.h"

size_t mac_scan(const char *text, uint8_t mac[6])
{
	const char *p = text;
	int digit;

	for (int i = 0; i < 6; i++) {
		unsigned int n = 0, value = 0;

		if (i && *p++ != ':')
			return 0;
		for (; n < 3 && (digit = hex_value(*p)) >= 0; n++, p++)
			value = value << 4 | digit;
		if (!n || n > 2)
			return 0;
		mac[i] = value;
	}
	return p - text;
}
