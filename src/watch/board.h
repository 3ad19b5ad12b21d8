/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the rounds of a watcher came to: probes that fail, since when, and what changed.
 * Owned: board_new/board_free. The watcher's thread writes; board_state may be called from any.
 * Never grows beyond BOARD_FAILING_MAX rows; what is beyond is counted.
 */
#ifndef WATCH_BOARD_H
#define WATCH_BOARD_H

#include "base/log.h"
#include "watch/probe.h"

#include <jansson.h>

#define BOARD_FAILING_MAX 256
#define BOARD_LINES_MAX 20 /* in the log, of one round */

enum board_sight { BOARD_UNTRIED, BOARD_SEEN, BOARD_UNSEEN };

struct board;

struct board *board_new(const char *label, struct log *log); /* NULL: no memory */
void board_free(struct board *board);
void board_begin(struct board *board, uint64_t wall_us);
void board_tell(struct board *board, const struct probe *probe, const struct probe_result *result, uint64_t wall_us);
/* Was the probe in that state in the last round that is over? For the thread that writes. */
bool board_was(const struct board *board, const struct probe *probe, enum probe_state state);
/* Logs what began and what ceased to fail. */
void board_end(struct board *board, const enum board_sight sights[FAMILY_COUNT], bool is_cut, uint64_t wall_us);
json_t *board_state(struct board *board);

#endif
