/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Asks one server one question over one transport and waits for the answer: for commands, not for the daemon.
 * A reply owns its octets: query_reply_free. Sockets live no longer than a call.
 * Never takes a datagram for the answer whose id, question, source or client cookie is not ours.
 */
#ifndef CLI_QUERY_EXCHANGE_H
#define CLI_QUERY_EXCHANGE_H

#include "dns/message/message.h"
#include "dns/tsig.h"
#include "ip/addr.h"
#include "telemetry/query_event.h"

struct query_question {
	struct name name;
	uint16_t type;
	uint16_t class;
	bool is_rd;
	bool is_cd;
	bool has_edns;
	uint16_t edns_size;
	bool is_do;
	bool has_nsid;
	bool has_cookie;
	const struct tsig_key *key; /* NULL: not signed */
};

struct query_way {
	enum transport transport;
	bool is_tcp_after_truncation; /* over UDP: a truncated answer is fetched again over TCP */
	unsigned tries;               /* datagrams sent, at least 1 */
	unsigned timeout_ms;          /* for all tries together, and for TCP once more */
};

enum query_tsig { QUERY_TSIG_NONE, QUERY_TSIG_GOOD, QUERY_TSIG_MISSING, QUERY_TSIG_BAD, QUERY_TSIG_REFUSED };

struct query_reply {
	struct ip_endpoint server;
	enum transport transport;  /* the one that the answer came over */
	bool was_truncated;        /* over UDP, and so asked again over TCP */
	int error;                 /* ERR_OK: message is there; -errno, ERR_TRUNCATED: TCP closed early */
	unsigned strays;           /* datagrams that were not the answer */
	uint64_t duration_us;
	uint8_t *octets;
	struct message message;
	enum query_tsig tsig;
	uint16_t tsig_error;       /* QUERY_TSIG_REFUSED: the server's reason */
};

/* Always fills ret; ret->error tells how it went. */
void query_exchange(const struct query_question *question, const struct ip_endpoint *server,
                    const struct query_way *way, struct query_reply *ret);
/*
 * The same at several addresses in turn until one answers; ret is the answer or the last failure.
 * false, and ret untouched: none of them is of an allowed family.
 */
bool query_exchange_any(const struct query_question *question, const struct ip_endpoint *servers, size_t count,
                        const bool is_family_allowed[FAMILY_COUNT], const struct query_way *way,
                        struct query_reply *ret);
void query_reply_free(struct query_reply *reply);
/* "no answer in time", "connection refused", ... */
const char *query_error_text(int error);
/* The host has no way to reach the family at all: the server is not to blame. */
bool query_error_is_local(int error);

#endif
