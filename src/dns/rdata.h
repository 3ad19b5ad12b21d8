/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * RDATA: five walkers over the rows of dns/rrtype. Uncompressed wire form is the one form in memory.
 * Stateless; out is the caller's writer or text, at most 65535 octets of RDATA.
 * Never trusts: every function checks what it walks, unknown types are opaque octets (RFC 3597).
 */
#ifndef DNS_RDATA_H
#define DNS_RDATA_H

#include "base/text.h"
#include "base/writer.h"
#include "dns/name.h"
#include "dns/rrtype.h"

#define RDATA_MAX 65535 /* octets */

/* ERR_OK when rdata is exactly one RDATA of the type. ERR_TRUNCATED, ERR_TRAILING, ERR_SYNTAX, ERR_RANGE. */
int rdata_check(uint16_t type, struct span rdata) MUST_USE;
/* RDATA inside a message: checked, and its compressed names written out in full
 * (pointers accepted only where RFC 1035 and RFC 3597 4 allow a receiver to meet them). */
int rdata_from_message(uint16_t type, struct span message, size_t offset, size_t size, struct writer *out) MUST_USE;
/* Canonical form, RFC 4034 6.2 with RFC 6840 5.1. rdata must be checked. */
int rdata_canonical(uint16_t type, struct span rdata, struct writer *out) MUST_USE;
/* Canonical order of two checked RDATA of one type, RFC 4034 6.3. */
int rdata_compare(uint16_t type, struct span a, struct span b);
/* Presentation form, appended. rdata must be checked. Never fails but for memory (text->is_failed). */
void rdata_to_text(uint16_t type, struct span rdata, struct text *out);

#define SOA_TAIL 20 /* octets behind the names of a SOA: serial, refresh, retry, expire, minimum */
#define SOA_SIZE_MIN (SOA_TAIL + 2)

/* The serial of a SOA's RDATA, whose names may be compressed. False: too short to be one. */
static inline bool rdata_soa_serial(struct span rdata, uint32_t *ret)
{
	if (rdata.size < SOA_SIZE_MIN)
		return false;
	*ret = load_u32(rdata.data + rdata.size - SOA_TAIL);
	return true;
}

/* A token of a master file. Borrowed. A quote opens a quoted token only at its start; one that follows other
 * characters (key65000="a b", RFC 9460 2.1) stays in the text with all up to and including its partner. */
struct rdata_token {
	struct span text;  /* without the quotes around it; escapes are still in it */
	bool is_quoted;
	uint32_t line;     /* for messages, from 1 */
	uint32_t column;
};

struct rdata_error {
	size_t token;      /* index of the offending token; token_count: something is missing at the end */
	const char *field; /* "preference", "address" ...: a constant */
	char message[160]; /* a sentence that says what is wrong and what is wanted */
};

/* Presentation form to wire, "\# n hex" of RFC 3597 5 included. Names relative to origin.
 * On error ret_error is filled; out then holds nothing of use. */
int rdata_from_text(uint16_t type, const struct rdata_token *tokens, size_t token_count, struct name origin,
                    struct writer *out, struct rdata_error *ret_error) MUST_USE;

/* Seconds, or units in any order as in 1h30m (w, d, h, m, s). ERR_SYNTAX, ERR_RANGE. */
int rdata_ttl_from_text(struct span text, uint32_t *ret) MUST_USE;

/* The domain names inside a checked RDATA, in order. *position starts at 0. false: no more. */
struct rdata_name {
	struct name name;
	size_t offset;          /* in the RDATA */
	bool is_compressible;   /* may be compressed when sent, RFC 3597 4 */
};
bool rdata_next_name(uint16_t type, struct span rdata, size_t *position, struct rdata_name *ret);

/* Is type in the bitmap of a checked NSEC, NSEC3 or CSYNC RDATA? */
bool rdata_bitmap_has(uint16_t owner_type, struct span rdata, uint16_t type);

/* One SvcParam of a checked SVCB or HTTPS RDATA. *position starts at 0. */
bool rdata_next_svcparam(struct span rdata, size_t *position, uint16_t *ret_key, struct span *ret_value);
enum svcparam { SVCPARAM_MANDATORY, SVCPARAM_ALPN, SVCPARAM_NO_DEFAULT_ALPN, SVCPARAM_PORT, SVCPARAM_IPV4HINT,
                SVCPARAM_ECH, SVCPARAM_IPV6HINT, SVCPARAM_DOHPATH, SVCPARAM_OHTTP, SVCPARAM_TLS_SUPPORTED_GROUPS };

#endif
