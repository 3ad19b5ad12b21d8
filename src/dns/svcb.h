/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * SvcParams of SVCB and HTTPS records (RFC 9460): a row per key with its checks and its text.
 * Const table; stateless.
 * Never reads a value that it has not checked; keys without a row are opaque.
 */
#ifndef DNS_SVCB_H
#define DNS_SVCB_H

#include "dns/rdata_field.h"

#define SVCPARAM_TEXT_MAX 24 /* "tls-supported-groups", "key65535", NUL */
#define SVCPARAM_HEADER 4    /* octets: key, length of the value */

struct svcparam_row {
	const char *name;
	/* Whether value is well formed. */
	bool (*is_valid)(struct span value);
	/* The text of a valid value. NULL: a quoted string. */
	void (*print)(struct span value, struct text *out);
	/* One item of the value's comma-separated list, unescaped, appended in wire form. NULL: the value is one
	 * string. */
	int (*item)(struct span item, struct writer *out);
	const char *wanted;   /* what the value must be, for messages */
	bool is_escaped_list; /* the list may hold \, and \\ (RFC 9460 A.1) */
	bool is_whole;        /* item gets the whole value, commas are no separators */
};

/* NULL: a key without a row. */
const struct svcparam_row *svcparam_find(uint16_t key);
/* "alpn", "key12345". ERR_NOT_FOUND. */
int svcparam_from_text(struct span text, uint16_t *ret) MUST_USE;
void svcparam_to_text(uint16_t key, char ret_text[SVCPARAM_TEXT_MAX]);

/* Takes a parameter from the front of params. ERR_TRUNCATED. */
int svcparam_take(struct span *params, uint16_t *ret_key, struct span *ret_value) MUST_USE;

/* A list of them in presentation form: alpn="dot,doq" port=853. */
void svcparams_to_text(struct span params, struct text *out);

/* What is wrong with a list of parameters; ERR_OK fills nothing. */
struct svcb_fault {
	uint16_t key;       /* the parameter that is at fault */
	const char *reason; /* a constant */
};
/* Order, duplicates, values, and that keys named by others are there (RFC 9460 2.2, 8). */
int svcb_check(struct span params, struct svcb_fault *ret_fault) MUST_USE;

/* The absolute path that a value of dohpath, a URI template, comes to when no variable is set: that of a POST
 * (RFC 8484 4.1). ret becomes full where there is no room. ERR_SYNTAX: it is no such template, or lacks the variable
 * dns (RFC 9461 5). */
int dohpath_expand(struct span value, struct writer *ret) MUST_USE;
bool dohpath_is_path(struct span text); /* could be what it comes to */

#endif
