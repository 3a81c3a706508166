// SPDX-License-Identifier: GPL-2.0-only
#include "cmd/units.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

const char *unit_text(char text[UNIT_TEXT], double value, const char *unit)
{
	static const char *const prefixes[] = {"",  "k", "M", "G",
					       "T", "P", "E"};
	size_t i = 0;
	int decimals;

	/* 999.5 is written with four digits, so it is 1.00 of the next. */
	while (value >= 999.5 && i + 1 < sizeof(prefixes) / sizeof(*prefixes)) {
		value /= 1000;
		i++;
	}
	decimals = value >= 99.95 ? 0 : value >= 9.995 ? 1 : 2;
	/* A rate below ten may be a fraction; a whole number is not one. */
	if (!i && (value >= 9.95 || value == (double)(long)value))
		decimals = 0;
	else if (!i)
		decimals = 1;
	snprintf(text, UNIT_TEXT, "%.*f%s%s%s", decimals, value,
		 unit ? " " : "", prefixes[i], unit ? unit : "");
	return text;
}

int interval_parse(const char *text, double lowest, double *seconds,
		   struct error *e)
{
	char *end;

	errno = 0;
	*seconds = strtod(text, &end);
	/* A comparison with NaN is false. */
	if (!errno && end != text && !*end && *seconds >= lowest &&
	    *seconds <= INTERVAL_MAX)
		return 0;
	return error_set(e, EINVAL,
			 "--interval %s: seconds from %g to %d are wanted",
			 text, lowest, INTERVAL_MAX);
}
