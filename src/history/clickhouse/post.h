/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * One batch of rows to a ClickHouse server over HTTP or HTTPS (libcurl), over either family.
 * Owned: post_new/post_free, for one thread.
 * Never follows a redirect, and never sends the password but to the server that the configuration names.
 */
#ifndef HISTORY_CLICKHOUSE_POST_H
#define HISTORY_CLICKHOUSE_POST_H

#include "base/span.h"
#include "base/text.h"

#include <stdatomic.h>

struct post;

struct post_options {    /* all copied */
	const char *url; /* "http://[::1]:8123/" */
	const char *database;
	const char *user;             /* NULL: the server's default user */
	const char *password;         /* NULL: none */
	const char *ca_file;          /* NULL: the system's certificates */
	const atomic_bool *is_ending; /* borrowed; true: give up soon */
};

/* ERR_SYNTAX: the URL is none. */
int post_new(const struct post_options *options, struct post **ret) MUST_USE;
void post_free(struct post *post); /* NULL is fine */

/* ERR_OK: the server has the rows. Else ret_why tells what it said and how to mend it, in one line. */
int post_send(struct post *post, struct span rows, struct text *ret_why) MUST_USE;

/* What to do about a server's answer ("Code: 193, e.displayText() = ..."); "": it says it itself. */
const char *post_hint(const char *answer);

#endif
