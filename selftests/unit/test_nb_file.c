// SPDX-License-Identifier: GPL-2.0-only
/* Whole databases that stock OVN made, in each form of a file: model.txt
 * beside them says what they hold. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <cmocka.h>

#include "nb_case.h"

static void forms_check(const char *folder)
{
	static const char *const names[] = {"nb.db", "nb.backup",
					    "nb-dump.json"};
	char file[64], model[64];
	size_t i;

	snprintf(model, sizeof(model), "%s/model.txt", folder);
	for (i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		snprintf(file, sizeof(file), "%s/%s", folder, names[i]);
		nb_file_check(file, model);
	}
}

/* The tutorial's section 13: SNAT, and a VIP on the gateway router. */
static void tutorial_snat_router_lb(void **state)
{
	(void)state;
	forms_check("snat-router-lb");
}

/* Section 14: a VIP on a switch. */
static void tutorial_switch_lb(void **state)
{
	(void)state;
	forms_check("switch-lb");
}

/* All that a gateway router may have. */
static void gateway_features(void **state)
{
	(void)state;
	forms_check("gateway");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tutorial_snat_router_lb),
		cmocka_unit_test(tutorial_switch_lb),
		cmocka_unit_test(gateway_features),
	};

	return cmocka_run_group_tests_name("nb_file", tests, NULL, NULL);
}
