/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Quantities as people write them: durations with a unit, whole numbers, yes and no.
 * Stateless.
 * Never guesses a unit: a bare number is no duration.
 */
#ifndef CONFIG_QUANTITY_H
#define CONFIG_QUANTITY_H

#include "base/err.h"

#include <stdbool.h>
#include <stdint.h>

/* "500ms", "10s", "2m", "1h", "7d"; "0" alone is allowed. ERR_SYNTAX, ERR_RANGE (above 2^32-1 ms). */
int quantity_duration_ms(const char *text, uint32_t *ret) MUST_USE;
/* Digits only. ERR_SYNTAX, ERR_RANGE (above 2^32-1). */
int quantity_number(const char *text, uint32_t *ret) MUST_USE;
/* "64MiB", "1GiB", "512KiB", "4096B". ERR_SYNTAX, ERR_RANGE (above 2^62 octets). */
int quantity_size(const char *text, uint64_t *ret) MUST_USE;
/* yes, no, on, off, true, false (YAML 1.2 knows only the last two; people write all six). ERR_SYNTAX. */
int quantity_bool(const char *text, bool *ret) MUST_USE;

#endif
