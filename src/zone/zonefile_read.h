/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A master file's octets in memory, with the padding the lexer needs.
 * Owned: zonefile_read or zonefile_text_copy, then zonefile_text_free.
 * Never maps the file itself: somebody who truncates it while we read must not end the process (SIGBUS).
 */
#ifndef ZONE_ZONEFILE_READ_H
#define ZONE_ZONEFILE_READ_H

#include "base/err.h"
#include "base/span.h"

#include <sys/types.h>

struct zonefile_text {
	uint8_t *data;
	size_t size;   /* octets of text */
	size_t mapped; /* octets of the mapping, the zero octets behind the text included */
	dev_t device;  /* with inode: which file this is, to see $INCLUDE loops */
	ino_t inode;
};

/* The whole file. -errno; -EISDIR for a folder, -EINVAL for a device or socket. */
int zonefile_read(const char *path, struct zonefile_text *ret) MUST_USE;
/* The same for octets in memory. */
int zonefile_text_copy(struct span text, struct zonefile_text *ret) MUST_USE;
void zonefile_text_free(struct zonefile_text *text);

#endif
