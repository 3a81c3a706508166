/* SPDX-License-Identifier: GPL-2.0-only */
/* What fuzz targets do with an input, and ask of an answer. */
#ifndef SELFTESTS_FUZZ_INPUT_H
#define SELFTESTS_FUZZ_INPUT_H

#include <jansson.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "error.h"

/* libFuzzer's own */
size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max);
/* What a target gives it. */
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max,
			       unsigned int seed);
size_t LLVMFuzzerCustomCrossOver(const uint8_t *a, size_t a_size,
				 const uint8_t *b, size_t b_size, uint8_t *out,
				 size_t max, unsigned int seed);

/* Ends the program where the condition does not hold. */
void require(bool condition);
/* A user can read it: one line, not empty. */
void error_require(const struct error *e);

/* A file in memory: emptied, then written piece by piece.  Its path is the
 * same all the time. */
const char *file_start(unsigned int number);
void file_add(unsigned int number, const void *data, size_t size);
/* A record of ovsdb(5), "JSON" or "CLUSTER", with its length and SHA-1. */
void file_record(unsigned int number, const char *magic, const void *json,
		 size_t size);
/* The header of such a record, with its line feed; its length. */
size_t record_header(char text[128], const char *magic, const void *json,
		     size_t size);

#define FILES 4 /* numbers 0 to 3 */

#endif /* SELFTESTS_FUZZ_INPUT_H */
