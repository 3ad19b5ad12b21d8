/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Judging loaded zones by the rules of `sextant check`, and saying what was found in the log.
 * Owned by nobody; a job keeps the zones it looks at alive.
 * Never delays an answer: with `lint: warn` it runs beside the loop, after the zones are served.
 */
#ifndef DAEMON_ZONE_JUDGE_H
#define DAEMON_ZONE_JUDGE_H

#include "daemon/zone_slot.h"

#include <uv.h>

/* Adds to lists[i] what is to say about the zone of slot i, seen among all of them; nothing where lists[i] is NULL. */
void zone_judge(const struct zone_slots *slots, const struct config *config, uint64_t now_s,
                struct finding_list *const *lists);

/* One line a finding; after ten of them a count. */
void zone_findings_log(const struct config_zone *zone, struct finding_list *findings, struct log *log);

/*
 * Judges the zones that were loaded just now with `lint: warn` in a thread of the loop's pool and logs the findings.
 * Afterwards the places of their records are given back. The configuration must live until done is called, which
 * happens in the loop, once, whatever came of it.
 */
typedef void judge_done(void *owner);
void zone_judge_later(uv_loop_t *loop, struct zone_slots *slots, const struct config *config, uint64_t now_s,
                      struct log *log, judge_done *done, void *owner);

#endif
