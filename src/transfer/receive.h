/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A transfer from a primary, message by message: AXFR (RFC 5936) into a zone builder, IXFR (RFC 1995) into differences.
 * Owned: receive_new/receive_free; messages are borrowed by the call.
 * Never trusts: what a message may be, which names, how many records and octets is all decided here.
 */
#ifndef TRANSFER_RECEIVE_H
#define TRANSFER_RECEIVE_H

#include "dns/tsig.h"
#include "zone/builder.h"
#include "zone/difference.h"

enum receive_state {
	RECEIVE_MORE,
	RECEIVE_ZONE,        /* a whole zone: receive_zone */
	RECEIVE_DIFFERENCES, /* receive_differences */
	RECEIVE_CURRENT,     /* the primary has no newer version than ours */
	RECEIVE_REFUSED,     /* an rcode instead of a transfer: receive_rcode */
	RECEIVE_BROKEN       /* receive_reason */
};

struct receive_options {
	struct name apex;
	uint16_t id;
	bool is_incremental;     /* IXFR was asked for */
	bool has_serial;         /* there is a version here: its serial */
	uint32_t serial;
	uint64_t records_most, octets_most;
	const struct tsig *sent; /* the request's; NULL: it was not signed */
	const char *primary;     /* "2001:db8::53@53": the place of findings */
};

struct receive;
int receive_new(const struct receive_options *options, struct receive **ret) MUST_USE; /* -ENOMEM, ERR_CRYPTO */
void receive_free(struct receive *receive);                                             /* NULL is fine */

/* The next message; after anything but MORE nothing is taken any more. now_s: for TSIG. */
enum receive_state receive_take(struct receive *receive, struct span message, uint64_t now_s);
/* The rcode of RECEIVE_REFUSED, or what TSIG's error was. */
uint16_t receive_rcode(const struct receive *receive);
/* Why it is broken, one sentence without the primary's name: "a record of another zone: www.example.net. AAAA". */
const char *receive_reason(const struct receive *receive);
/* The serial that the primary has; false: nothing came yet. */
bool receive_serial(const struct receive *receive, uint32_t *ret);
uint64_t receive_records(const struct receive *receive);
uint64_t receive_octets(const struct receive *receive);
uint32_t receive_messages(const struct receive *receive);

/* RECEIVE_ZONE: once. Errors as zone_builder_finish. */
int receive_zone(struct receive *receive, struct finding_list *findings, struct zone **ret) MUST_USE;
/* RECEIVE_DIFFERENCES: the oldest first; the array and they are the receive's. */
const struct difference *const *receive_differences(const struct receive *receive, size_t *ret_count);
/* The same, once: from then on they are the caller's, and the array too. */
struct difference **receive_take_differences(struct receive *receive, size_t *ret_count);

#endif
