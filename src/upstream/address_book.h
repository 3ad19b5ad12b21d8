/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What is known about each server address: round trips, faults, what it can take.
 * Owned: address_book_new/address_book_free; shared by workers (short striped locks, never on the path of a hit).
 * The key is the address and port that is really used: the NAT64 address, not the IPv4 one inside it.
 * Never decides: upstream/pick does.
 */
#ifndef UPSTREAM_ADDRESS_BOOK_H
#define UPSTREAM_ADDRESS_BOOK_H

#include "base/err.h"
#include "base/span.h"
#include "ip/addr.h"

struct address_book;

#define ADDRESS_SILENT_MOST_S 64 /* an address that does not answer is not asked for so long at most */

struct address_facts { /* a copy */
	bool is_known;          /* it has answered, or failed to, in the last quarter of an hour */
	bool has_answered;
	uint32_t srtt_us, rttvar_us; /* RFC 6298; 0: no reply yet */
	uint16_t timeouts;      /* in a row; questions that end together count once */
	uint64_t silent_until_us; /* not worth asking before, 0: ask. Doubles with timeouts, ends with a reply */
	uint64_t heard_us;      /* the last reply, or silence in its place; 0: never asked */
	uint16_t udp_size;      /* the largest EDNS size that got through; 0: not learned. See address_book_size */
	bool is_edns_broken;    /* answers plain questions only (FORMERR, silence): forgotten after some time */
	bool is_lame;           /* the last reply was not that of a server of the zone it was asked for */
	bool is_case_broken;    /* does not keep the case of the question: no 0x20 */
	uint8_t cookie[40];     /* client part and the server's part */
	uint8_t cookie_size;    /* 0: none yet; 8: ours alone */
	uint32_t asks;          /* under way */
};

/* size: addresses kept at most (512 at least). The one used least recently makes room. NULL: no memory. */
struct address_book *address_book_new(size_t size);
void address_book_free(struct address_book *book);

void address_book_find(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us,
                       struct address_facts *ret);
/* More than LIMIT questions under way: false, and it is not counted. Else give it back with one of the calls below. */
bool address_book_begin(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, uint32_t limit);
void address_book_reply(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, uint32_t rtt_us);
/* A reply to a question that was given back by address_book_timeout. */
void address_book_late(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, uint32_t rtt_us);
/* is_counted false: gave up early because another server answered. */
void address_book_timeout(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us,
                          bool is_counted);
/* A port or host unreachable: silent for a second at least, at once. */
void address_book_refused(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us);
void address_book_cancel(struct address_book *book, const struct ip_endpoint *server); /* no route, no socket */

void address_book_edns_broken(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us);
void address_book_case_broken(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us);
/* What a reply said: is_lame, that the server is none of the zone's. Never the reason to pick another: zones differ. */
void address_book_lame(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, bool is_lame);
void address_book_cookie(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us,
                         struct span cookie);
/* T-12: silence at a large size, an answer at a smaller one or over TCP: ask with udp_size from now on. True: that is
 * news. */
bool address_book_size(struct address_book *book, const struct ip_endpoint *server, uint64_t now_us, uint16_t udp_size);
/* Forgets an address, or with NULL all. */
void address_book_forget(struct address_book *book, const struct ip_endpoint *server);
/* For dumps: each address of which something is known or asked. *position starts at 0. */
bool address_book_next(struct address_book *book, size_t *position, uint64_t now_us, struct ip_endpoint *ret_server,
                       struct address_facts *ret);

#endif
