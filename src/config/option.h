/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The rows of options.def, and how to find one.
 * Const tables.
 * Never holds a value: those are in struct config.
 */
#ifndef CONFIG_OPTION_H
#define CONFIG_OPTION_H

#include "base/text.h"

#include <stddef.h>
#include <stdint.h>

enum option_kind {
	OPTION_SECTION,
	OPTION_NAMED,
	OPTION_VERSION,
	OPTION_NUMBER,
	OPTION_BOOL,
	OPTION_DURATION,
	OPTION_TEXT,
	OPTION_PATH,
	OPTION_WORD,     /* one of words, kept as its index */
	OPTION_WORDTEXT, /* one of words, kept as text */
	OPTION_NAME,
	OPTION_WORKERS,
	OPTION_SAMPLE,
	OPTION_SIZE,  /* octets with a unit, kept as uint64_t */
	OPTION_TTL,   /* a duration of whole seconds, kept in s */
	OPTION_WORDS, /* a list of words, kept as one bool for each that may be there */
	OPTION_LISTEN,
	OPTION_ENDPOINTS, /* addresses to listen on; words: the port when none is written */
	OPTION_TOKENFILE,
	OPTION_REFERENCES,
	OPTION_PREFIXES,
	OPTION_LOGTARGET,
	OPTION_NETS, /* prefixes of both families; words: "ipv6" or "ipv4" alone */
	OPTION_ALLOW,
	OPTION_ADDRESSES,
	OPTION_SERVERS,
	OPTION_NAMES,
	OPTION_PATHS,
	OPTION_ANCHORS,
	OPTION_HINTS,
	OPTION_HOSTS,
	OPTION_PREF64,
	OPTION_PORTS,
	OPTION_KEY,   /* of the keys block */
	OPTION_PEERS, /* a list of keys of the peers block */
	OPTION_KIND_COUNT
};

#define OPTION_REQUIRED 1u
#define OPTION_AUTHORITATIVE 2u /* for services of this role only */
#define OPTION_RESOLVER 4u
#define OPTION_OPTIONAL 8u /* a section that is not there unless it is written */
#define OPTION_RANGES 16u  /* PREF64: {prefix:, range:} is allowed */
#define OPTION_ROLES (OPTION_AUTHORITATIVE | OPTION_RESOLVER)

/* The one block whose rows are those of another: "transport". */
#define SERVICE_TRANSPORT "services.*.transport"

struct option {
	const char *path; /* "services.*.listen" */
	enum option_kind kind;
	size_t offset;                     /* of the member in the struct that holds it */
	size_t size;                       /* of the member */
	size_t element_size, count_offset; /* NAMED: of the array's elements, of the count beside it */
	const char *default_text;
	const char *words;
	uint32_t least, most;
	unsigned flags;
	const char *help;
	const char *text;
};

extern const struct option option_rows[];
extern const size_t option_count;

/* The last word of the path: "listen". */
const char *option_key(const struct option *option);
/* Is it a direct child of the block at path ("" is the root; "services.*.transport" has the children of "transport")?
 */
bool option_is_child(const struct option *option, const char *path);
/* The child of a block by its key; the "*" row of a NAMED block for any key. NULL: none. */
const struct option *option_find(const char *path, const char *key);
/* By the path as an operator writes it: "services.public.listen", "services.*.listen". NULL: none. */
const struct option *option_by_path(const char *path);

/* The index-th of words ("a|b|c"). False when there are fewer. */
bool option_word(const struct option *option, size_t index, struct span *ret);
/* The one role whose services have the option: "resolver". NULL: every role. */
const char *option_role(const struct option *option);
/* What may be written: "a number from 512 to 1400". */
void option_describe(const struct option *option, struct text *out);

#endif
