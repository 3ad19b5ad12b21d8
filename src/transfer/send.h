/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A transfer to a secondary, message by message: the whole zone (AXFR, RFC 5936) or what changed (IXFR, RFC 1995).
 * A value, one for each transfer; the zone and the differences are borrowed until it is over.
 * Never copies the zone: it is a place in it, so a transfer of any size costs this struct.
 */
#ifndef TRANSFER_SEND_H
#define TRANSFER_SEND_H

#include "dns/query.h"
#include "dns/tsig.h"
#include "zone/difference.h"

/* Octets of a message but for a record that is larger: behind 16383 no name can be pointed at (RFC 1035 4.1.4). */
#define TRANSFER_MESSAGE_SIZE 16384

enum transfer_stage {
	TRANSFER_STAGE_FIRST_SOA,
	TRANSFER_STAGE_NODES,   /* AXFR */
	TRANSFER_STAGE_HASHED,  /* AXFR: NSEC3 owners */
	TRANSFER_STAGE_REMOVED, /* IXFR: of differences[at] */
	TRANSFER_STAGE_ADDED,
	TRANSFER_STAGE_LAST_SOA,
	TRANSFER_STAGE_OVER
};

struct transfer_out {
	const struct zone *zone; /* the newest version */
	const struct difference *const *differences; /* the oldest first, each going on where the one before ended */
	size_t difference_count;                     /* 0: AXFR */
	enum transfer_stage stage;
	const struct zone_node *node;
	const struct rrset *rrset;
	size_t position; /* octets of the RRset that are sent; IXFR: records of the side */
	size_t at;
	/* The question, which the first message repeats. */
	struct name_buffer qname;
	uint16_t id, flags, qtype, qclass;
	bool has_edns;
	uint16_t udp_size; /* told in OPT */
	bool is_signed;
	bool is_soa_alone; /* transfer_out_soa */
	struct tsig_sender sender;
	/* What has been sent. */
	uint32_t messages;
	uint64_t records, octets;
};

/*
 * Begins with what a good request asked for. tsig: the request's, NULL: it was not signed. differences may be NULL;
 * given, they lead from the version the client has to the zone's.
 */
void transfer_out_begin(struct transfer_out *out, const struct query *query, const struct tsig *tsig, uint16_t udp_size,
                        const struct zone *zone, const struct difference *const *differences, size_t count);
/*
 * The next message, into an empty writer of 65535 octets; message->size stays 0 when all has been sent. ERR_SPACE: a
 * record that no message can hold; ERR_CRYPTO. After an error the transfer is to be broken off.
 */
int transfer_out_next(struct transfer_out *out, uint64_t now_s, struct writer *message) MUST_USE;

/* An answer that is only the zone's SOA: the client has the newest version, or asked over UDP, where more may not fit
 * (RFC 1995 4). */
int transfer_out_soa(struct transfer_out *out, uint64_t now_s, struct writer *message) MUST_USE;

/* The serial in the SOA of an IXFR request's authority section (RFC 1995 3). ERR_SYNTAX: there is none for the zone. */
int transfer_request_serial(const struct query *query, uint32_t *ret) MUST_USE;

#endif
