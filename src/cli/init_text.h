/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The files that `sextant init` writes, as texts.
 * Texts belong to the caller.
 * Never touches a file: cli/init.c does.
 */
#ifndef CLI_INIT_TEXT_H
#define CLI_INIT_TEXT_H

#include "base/clock.h"
#include "base/text.h"
#include "dns/name.h"
#include "ip/prefix.h"

enum { INIT_CONFIG, INIT_FORWARD, INIT_REVERSE, INIT_FILE_COUNT = INIT_REVERSE + FAMILY_COUNT };

struct init_plan {
	struct name zone;
	struct ip_prefix prefixes[FAMILY_COUNT];
	char today[CLOCK_TEXT_MAX]; /* RFC 3339: the serial begins with it */
};

struct init_file {
	const char *folder; /* borrowed from the caller of init_write */
	struct text path, content;
};

/* -ENOMEM, ERR_RANGE (a prefix that is no zone). The texts are to be freed in any case. */
int init_write(const struct init_plan *plan, const char *folder, struct init_file ret_files[INIT_FILE_COUNT]) MUST_USE;

#endif
