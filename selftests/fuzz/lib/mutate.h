/* SPDX-License-Identifier: GPL-2.0-only */
/*
 * Changes JSON as a tree, so that what comes out is JSON again and gets past
 * the parser: values, keys, elements more or less, parts of another text.
 * Strings and what is no JSON are libFuzzer's to change.
 */
#ifndef SELFTESTS_FUZZ_MUTATE_H
#define SELFTESTS_FUZZ_MUTATE_H

#include <stddef.h>
#include <stdint.h>

/* As LLVMFuzzerCustomMutator(). */
size_t json_mutate(uint8_t *data, size_t size, size_t max, unsigned int seed);
/* As LLVMFuzzerCustomCrossOver(): a with parts of b. */
size_t json_cross(const uint8_t *a, size_t a_size, const uint8_t *b,
		  size_t b_size, uint8_t *out, size_t max, unsigned int seed);

#endif /* SELFTESTS_FUZZ_MUTATE_H */
