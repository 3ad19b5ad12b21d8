/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A domain name in wire form, uncompressed, as a view.
 * Borrowed: the octets belong to a message, a zone or a name_buffer.
 * Never holds a compression pointer; case is kept and ignored in comparisons (RFC 4343).
 */
#ifndef DNS_NAME_H
#define DNS_NAME_H

#include "base/err.h"
#include "base/span.h"

#define NAME_MAX 255       /* octets, RFC 1035 3.1 */
#define NAME_LABEL_MAX 63  /* octets of one label */
#define NAME_LABELS_MAX 127 /* without the root label */
#define NAME_TEXT_MAX 1024 /* "\ddd" for every octet, dots, NUL */

struct name {
	const uint8_t *wire; /* length octet, label, ..., 0 */
	uint8_t size;        /* octets, the final zero included: 1-255 */
	uint8_t labels;      /* the root label not counted: 0-127 */
};

struct name_buffer {
	uint8_t wire[NAME_MAX];
};

extern const struct name name_root;

/* The name at the front of wire (no pointers allowed); takes it from the span. ERR_TRUNCATED, ERR_SYNTAX. */
int name_take(struct span *wire, struct name *ret) MUST_USE;
/* A view of octets known to be a good name (from a zone or from name_take). */
struct name name_of(const uint8_t *wire);

/*
 * The name at offset in a message, pointers followed (RFC 1035 4.1.4; each must go backwards), copied into buffer.
 * *ret_end: offset behind the name in the message. ERR_TRUNCATED, ERR_SYNTAX.
 */
int name_from_message(struct span message, size_t offset, struct name_buffer *buffer, struct name *ret,
                      size_t *ret_end) MUST_USE;

/*
 * Master-file text to wire: escapes \X and \DDD, relative names get origin (NULL wire: must be absolute),
 * "@" is origin; origin must not lie in buffer. *ret_bad: index of the offending character on error (may be NULL).
 * ERR_SYNTAX (empty label, bad escape), ERR_RANGE (label or name too long).
 */
int name_from_text(struct span text, struct name origin, struct name_buffer *buffer, struct name *ret,
                   size_t *ret_bad) MUST_USE;
/* "www.example.com." with escapes; "." for the root. Returns the length. */
size_t name_to_text(struct name name, char ret_text[NAME_TEXT_MAX]);
/* The same without the final dot, as people write it ("." stays). */
size_t name_to_display(struct name name, char ret_text[NAME_TEXT_MAX]);

bool name_equal(struct name a, struct name b);
int name_compare(struct name a, struct name b); /* canonical order, RFC 4034 6.1 */
bool name_is_at_or_below(struct name name, struct name ancestor);
bool name_is_root(struct name name);
bool name_is_wildcard(struct name name); /* leftmost label is "*" */
struct name name_parent(struct name name); /* the root's parent is the root */
struct name name_strip(struct name name, unsigned labels); /* without that many leftmost labels */
unsigned name_common_labels(struct name a, struct name b); /* equal labels, counted from the root */
/* Lower-cased copy (RFC 4034 6.2). */
struct name name_lower(struct name name, struct name_buffer *buffer);
struct name name_copy(struct name name, struct name_buffer *buffer);
/* prefix (with its root label dropped) before suffix. ERR_RANGE: too long. */
int name_concatenate(struct name prefix, struct name suffix, struct name_buffer *buffer, struct name *ret) MUST_USE;

#endif
