// SPDX-License-Identifier: GPL-2.0-only
#include "utf8.h"

size_t utf8_len(const char *at)
{
	const unsigned char *text = (const unsigned char *)at;
	unsigned char first = text[0], low = 0x80, high = 0xbf;
	size_t len = first < 0x80		    ? 1 :
		     first >= 0xc2 && first <= 0xdf ? 2 :
		     first >= 0xe0 && first <= 0xef ? 3 :
		     first >= 0xf0 && first <= 0xf4 ? 4 :
						      0;

	/* Neither overlong, nor a surrogate, nor above U+10FFFF. */
	if (first == 0xe0)
		low = 0xa0;
	else if (first == 0xed)
		high = 0x9f;
	else if (first == 0xf0)
		low = 0x90;
	else if (first == 0xf4)
		high = 0x8f;
	for (size_t i = 1; i < len; i++) {
		if (text[i] < low || text[i] > high)
			return 0;
		low = 0x80;
		high = 0xbf;
	}
	return len;
}

bool utf8_is_valid(const char *text)
{
	size_t len = 1;

	for (; *text && len; text += len)
		len = utf8_len(text);
	return len;
}

void utf8_clean(char *text)
{
	while (*text) {
		size_t len = utf8_len(text);

		if (!len)
			*text = '?';
		text += len ? len : 1;
	}
}
