/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The state of one trust anchor in a file of node.state-dir.
 * Stateless.
 * Never leaves half a file: a new one is written beside the old and takes its place whole.
 */
#ifndef DAEMON_RECURSION_TRUST_FILE_H
#define DAEMON_RECURSION_TRUST_FILE_H

#include "base/text.h"
#include "dns/name.h"

/* ERR_NOT_FOUND: there is none; ERR_RANGE: larger than any state; -errno. Appends to text. */
int trust_file_read(const char *folder, const char *service, struct name owner, struct text *text) MUST_USE;
/* -errno. */
int trust_file_write(const char *folder, const char *service, struct name owner, const struct text *text) MUST_USE;

/* "anchor.SERVICE.OWNER", with every character that is no letter, digit or hyphen as %XX. */
void trust_file_name(const char *folder, const char *service, struct name owner, struct text *out);

#endif
