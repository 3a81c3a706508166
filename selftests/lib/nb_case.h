/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Tables of cases: columns of a row of a Northbound database, and what the
 * model made of them must say, or why it is refused.
 */
#ifndef SELFTESTS_NB_CASE_H
#define SELFTESTS_NB_CASE_H

#include <stddef.h>

#define SW "11111111-0000-0000-0000-000000000001"
#define PORT "22222222-0000-0000-0000-000000000001"
#define LR "33333333-0000-0000-0000-000000000001"
#define LRP "44444444-0000-0000-0000-000000000001"
#define ROUTE "55555555-0000-0000-0000-00000000000"
#define UUID(n) "[\"uuid\",\"66666666-0000-0000-0000-00000000000" #n "\"]"

/* Around the columns of a case: one row of each kind, well connected. */
#define FRAME_LSP                                                              \
	"{\"Logical_Switch\":{\"" SW                                           \
	"\":{\"name\":\"sw0\",\"ports\":[\"uuid\","                            \
	"\"" PORT "\"]}},\"Logical_Switch_Port\":{\"" PORT                     \
	"\":{\"name\":\"p0\",%s}}}"
#define FRAME_LS "{\"Logical_Switch\":{\"" SW "\":{\"name\":\"sw0\",%s}}}"
#define FRAME_LR "{\"Logical_Router\":{\"" LR "\":{\"name\":\"r0\",%s}}}"
#define FRAME_LRP                                                              \
	"{\"Logical_Router\":{\"" LR                                           \
	"\":{\"name\":\"r0\",\"ports\":[\"uuid\",\"" LRP                       \
	"\"]}},\"Logical_Router_Port\":{\"" LRP "\":{\"name\":\"rp0\",%s}}}"
/* Two routes; the second is the case's. */
#define FRAME_ROUTE                                                             \
	"{\"Logical_Router\":{\"" LR "\":{\"name\":\"r0\",\"static_routes\":"   \
	"[\"set\",[[\"uuid\",\"" ROUTE "1\"],[\"uuid\",\"" ROUTE "2\"]]]}},"    \
	"\"Logical_Router_Static_Route\":{\"" ROUTE                             \
	"1\":{\"ip_prefix\":\"10.0.0.0/8\",\"nexthop\":\"192.0.2.1\"},\"" ROUTE \
	"2\":{%s}}}"
#define FRAME_NONE "{%s}"
#define GOOD_LRP "\"mac\":\"02:00:00:00:00:0A\",\"networks\":\"10.0.0.1/24\""
#define OPTION(column, key, value)                                             \
	"\"" column "\":[\"map\",[[\"" key "\",\"" value "\"]]]"

struct nb_case {
	const char *name, *frame, *columns;
	const char *wanted; /* in the text of the model, or of the error */
	const char *unwanted; /* not in the text of the model */
};

/* Fail the test with the name of the case and both texts. */
void nb_models_check(const struct nb_case *cases, size_t n);
void nb_errors_check(const struct nb_case *cases, size_t n);
/* A file of selftests/data holds exactly the model that another one tells:
 * the lines of nb_text() without the rows' uuids, in any order. */
void nb_file_check(const char *file, const char *model);

#define NB_MODELS_CHECK(cases)                                                 \
	nb_models_check(cases, sizeof(cases) / sizeof((cases)[0]))
#define NB_ERRORS_CHECK(cases)                                                 \
	nb_errors_check(cases, sizeof(cases) / sizeof((cases)[0]))

#endif /* SELFTESTS_NB_CASE_H */
