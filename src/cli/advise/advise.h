/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the commands of `sextant advise` share: their configurations, their prefixes, and how advice is put out.
 * Owned: what advise_* fills is the caller's.
 * Never changes the host: advice is text.
 */
#ifndef CLI_ADVISE_ADVISE_H
#define CLI_ADVISE_ADVISE_H

#include "cli/cli.h"
#include "config/config.h"

/* Each value of the option as a prefix; an address is a whole one. EXIT_OK, EXIT_USAGE (said), EXIT_INTERNAL. */
int advise_prefixes(struct cli *cli, const char *what, const char *const *texts, size_t count, struct ip_prefix **ret);

/* A number from least to most; not given: *ret stays. */
int advise_number(struct cli *cli, const char *option, uint32_t least, uint32_t most, uint32_t *ret);

/* Frees the text. JSON: one document with the text under key. */
int advise_put(struct cli *cli, const char *schema, const char *key, struct text *text);

#endif
