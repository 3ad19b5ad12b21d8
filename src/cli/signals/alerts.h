/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What alert rules would have told of the logs: `sextant signals --rules FILE`.
 * Owned: told_open/told_close.
 * Never delivers anything: the messages are shown.
 */
#ifndef CLI_SIGNALS_ALERTS_H
#define CLI_SIGNALS_ALERTS_H

#include "cli/cli.h"
#include "signals/sensors.h"

struct told;

/* Hears the sensors from now on. EXIT_OK, or the command's exit code: reported. */
int told_open(struct cli *cli, const char *rules_path, struct sensors *sensors, uint64_t seed, struct told **ret);
void told_close(struct told *told); /* NULL is fine */

/* Behind sensors_observe; behind sensors_finish. */
void told_event(struct told *told, const struct sensors *sensors, const struct event *event);
void told_finish(struct told *told);

bool told_any(const struct told *told);
void told_text(const struct told *told, struct text *out);
void told_json(const struct told *told, struct json_writer *json); /* "alerts": [...] */

#endif
