/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What `sextant status` shows of secondary zones: times, what is reached over which family, the last transfer.
 * Borrowed: reads the daemon's reply (control/control.h).
 * Never counts on a member: what the daemon does not say is not shown.
 */
#ifndef CLI_STATUS_SECONDARIES_H
#define CLI_STATUS_SECONDARIES_H

#include <jansson.h>
#include <stdio.h>

/* services: the array of the reply. Nothing is printed when none of their zones is secondary. */
void status_secondaries_print(FILE *out, const json_t *services);

/* "45s", "3h20m", "12d4h"; "-" when the member is not there. */
#define STATUS_SPAN_MAX 32
void status_span_text(const json_t *object, const char *key, char ret_text[STATUS_SPAN_MAX]);

#endif
