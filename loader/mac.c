// SPDX-License-Identifier: GPL-2.0-only
#include "mac.h"

#include <stdlib.h>
#include <string.h>

size_t mac_scan(const char *text, uint8_t mac[6])
{
	static const char hex[] = "0123456789abcdefABCDEF";
	const char *p = text;
	size_t i, n;

	for (i = 0; i < 6; i++) {
		if (i && *p++ != ':')
			return 0;
		n = strspn(p, hex);
		if (!n || n > 2)
			return 0;
		mac[i] = strtoul(p, NULL, 16);
		p += n;
	}
	return p - text;
}
