/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Reads the query logs of --logs, of whatever format, into what an examination asks of them.
 * The view is the caller's.
 * Never follows a file: what is there when it is read counts.
 */
#ifndef CLI_DOCTOR_READ_LOGS_H
#define CLI_DOCTOR_READ_LOGS_H

#include "cli/cli.h"
#include "doctor/log_view.h"

/* *ret: NULL when there is no --logs. An exit code; what is wrong has been said. zone, before_us: as log_view_new. */
int logs_read(struct cli *cli, struct name zone, uint64_t before_us, struct log_view **ret) MUST_USE;

#endif
