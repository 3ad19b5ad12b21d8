/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Time stamps at the front of log lines, in the forms that name servers, syslog, journald and containers write.
 * Stateless; what a stamp leaves out comes from the caller's stamp_clock.
 * Never reads a clock or the time zone database.
 */
#ifndef SIGNALS_STAMP_H
#define SIGNALS_STAMP_H

#include "base/span.h"

#define STAMP_LAST_US 253402300799999999 /* the end of the year 9999, the last that RFC 3339 can write */

struct stamp_clock {
	uint64_t now_us; /* for stamps without a year or a date: the last such moment that is not a day ahead */
	int32_t zone_s;  /* seconds east of UTC, for stamps without a zone */
};

struct stamp {
	uint64_t time_us; /* since 1970 UTC */
	bool is_zone_assumed;
};

/*
 * The stamp at the front, with the blanks behind it; false: none of
 *   2026-11-22T03:26:45.870Z  2026-11-22T03:26:45.870123+01:00  2026-11-22 03:26:45,870  (RFC 3339, ISO 8601)
 *   Sun 2026-11-22 03:26:45 UTC  (journalctl -o short-full)      22-Nov-2026 03:26:45.870  (BIND)
 *   Nov 22 03:26:45[.870123]     (RFC 3164, Unbound)             1795318005.870123  [1795318005]  (epoch)
 */
bool stamp_take(struct span *from, const struct stamp_clock *clock, struct stamp *ret);

/* "03:26:45.870" alone, as UTC, on the last day that fits the clock. */
bool stamp_take_time_of_day(struct span *from, const struct stamp_clock *clock, struct stamp *ret);

/* Seconds east of UTC: "+01:00", "-0330", "Z", "UTC"; false: none of them. */
bool stamp_take_zone(struct span *from, int32_t *ret_s);

#endif
