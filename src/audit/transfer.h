/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A zone transfer (AXFR, RFC 5936) taken message by message, down to one digest of all its records.
 * Owned: transfer_new/transfer_free; messages are borrowed by the call.
 * Never keeps the zone: 32 octets a record, so that transfers of any order and any split have the same digest.
 */
#ifndef AUDIT_TRANSFER_H
#define AUDIT_TRANSFER_H

#include "base/err.h"
#include "base/span.h"

#include <stdbool.h>

#define TRANSFER_DIGEST_SIZE 32
#define TRANSFER_RECORDS_MOST (1u << 20)
#define TRANSFER_OCTETS_MOST (64u << 20)

enum transfer_state {
	TRANSFER_MORE,
	TRANSFER_DONE,    /* the SOA came a second time */
	TRANSFER_REFUSED, /* an error, or no transfer at all */
	TRANSFER_BROKEN   /* malformed, or more than the budgets allow */
};

struct transfer;
struct transfer *transfer_new(void); /* NULL: no memory */
void transfer_free(struct transfer *transfer);

/* The next message, and what is known then; after anything but MORE nothing is taken any more. */
enum transfer_state transfer_take(struct transfer *transfer, struct span message);
/* Of the first message as much as says whether and what is transferred: header, question, SOA. Returns its octets, 0:
 * there was none. */
size_t transfer_first(const struct transfer *transfer, uint8_t *ret, size_t size);
/* Without the second SOA. */
uint32_t transfer_records(const struct transfer *transfer);
/* Owners and names in lower case, TTLs included. ERR_CRYPTO. */
int transfer_digest(struct transfer *transfer, uint8_t ret[TRANSFER_DIGEST_SIZE]) MUST_USE;

#endif
