/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What was asked of whom, and what came back: everything that an audit judges, each question once.
 * Owned: facts_new/facts_free; names, messages and facts belong to the book.
 * Never asks: whoever drives the audit takes what is wanted, asks, and puts in what came.
 *
 * An audit is judged again and again while facts come in. What it misses it wants, and what is wanted is asked next,
 * so the judging code reads from top to bottom as if all were known, and a book that was saved can be judged again.
 */
#ifndef AUDIT_FACTS_H
#define AUDIT_FACTS_H

#include "audit/transfer.h"
#include "base/arena.h"
#include "dns/message/message.h"
#include "exchange/question.h"

enum fact_state {
	FACT_WANTED,   /* nobody has asked yet */
	FACT_ASKED,    /* under way */
	FACT_REPLY,    /* message is there; it may be any reply */
	FACT_SILENT,   /* no reply, after all tries */
	FACT_REFUSED,  /* port or host unreachable, connection refused or reset */
	FACT_NO_ROUTE, /* this host has no way there: says nothing of the server */
	FACT_UNKNOWN,  /* a saved book lacks it, or nothing more is asked */
	FACT_STATE_COUNT
};
const char *fact_state_text(enum fact_state state); /* "silent" */

/* EDNS options that a question carries, as bits. */
enum fact_option {
	FACT_OPTION_NSID = 1,   /* asked for */
	FACT_OPTION_COOKIE = 2, /* a client's alone */
	FACT_OPTION_UNKNOWN = 4 /* FACT_OPTION_CODE, which nobody knows; empty */
};
#define FACT_OPTION_CODE 65302 /* RFC 6891 9: for local use */
/* How it is asked. All but the first are for what only the wire shows; each has a connection or socket of its own. */
enum fact_probe {
	PROBE_NONE,     /* as resolvers ask */
	PROBE_DATAGRAM, /* UDP: did the reply come in fragments? */
	PROBE_STREAM,   /* TCP: FACT_STREAM_QUESTIONS times at once (RFC 7766 6.2.1.1), and once more after a pause */
	PROBE_SEGMENTS, /* TCP: once, in segments of what the path is said to carry, or of at most segment_most octets */
	PROBE_TLS,      /* DNS over TLS; the name that is asked for is the one that the certificate has to have */
	PROBE_HTTPS,    /* DNS over HTTPS (RFC 8484): the same, in a POST to path */
	PROBE_TRANSFER, /* TCP: the whole zone (AXFR); the message is the beginning of the first one */
	PROBE_COUNT
};
const char *fact_probe_text(enum fact_probe probe); /* "datagram" */

#define FACT_STREAM_QUESTIONS 3
#define FACT_PATH_MAX 1024

struct fact_question {
	struct ip_endpoint server;
	enum question_transport transport;
	enum fact_probe probe;
	struct name qname;
	uint16_t qtype;
	uint16_t qclass;       /* 0: IN */
	uint16_t edns_size;    /* 0: no EDNS */
	uint16_t segment_most; /* PROBE_SEGMENTS: what we announce; 0: what the kernel would */
	const char *path;      /* PROBE_HTTPS: absolute; at most FACT_PATH_MAX octets; else NULL */
	uint8_t edns_version;
	uint8_t options; /* enum fact_option */
	uint8_t again;   /* 1: the same question once more, some seconds later */
	bool is_do, is_cd, is_rd;
};

/* What a probe saw beside the reply; all zero for PROBE_NONE. */
struct fact_seen {
	uint16_t fragment; /* DATAGRAM: octets of the largest packet that the reply came in; 0: it came in one */
	uint16_t segment;  /* TCP: octets that the server sends and takes in a segment, as far as this host's link shows */
	uint8_t answered;  /* STREAM: of FACT_STREAM_QUESTIONS */
	bool is_translated; /* IPv4: our own address is one of a translator (RFC 7335) */
	bool is_kept;      /* STREAM: the connection was open after the pause, and the further question was answered */
	bool is_encrypted; /* TLS, HTTPS: the handshake is done */
	bool is_trusted;   /* TLS, HTTPS: the certificate is of an authority that the host trusts */
	bool is_name_right; /* TLS, HTTPS: it is for the name */
	uint64_t expires_s; /* TLS, HTTPS: wall clock */
	bool is_http2;       /* HTTPS: the server agreed on it (ALPN h2) */
	bool is_dns_message; /* HTTPS: the content type of the response */
	uint16_t status;     /* HTTPS: of the response; 0: there was none */
	uint32_t records;   /* TRANSFER: in the whole zone; 0: it was not transferred, or not to its end */
	uint8_t digest[TRANSFER_DIGEST_SIZE]; /* TRANSFER */
};

struct fact {
	struct fact_question question;
	enum fact_state state;
	struct fact_seen seen;
	uint32_t duration_us;
	struct span message;
	struct fact *next;   /* in its bucket */
	struct fact *wanted; /* in the queue */
	uint64_t due_us;     /* of whoever asks: not before; 0: at once */
};

struct facts;

/* most: questions that are ever wanted; further ones are FACT_UNKNOWN. Zones and the names of their servers can be made
 * to lead on without end, to addresses of somebody else's. NULL: no memory. */
struct facts *facts_new(size_t most);
void facts_free(struct facts *facts);
/* Nothing is asked any more: what is missing is FACT_UNKNOWN. */
void facts_close(struct facts *facts);

/* What is known; wanted, if it is new. NULL: no memory. Borrowed until facts_free. */
const struct fact *facts_get(struct facts *facts, const struct fact_question *question);
/* The next one to ask, now FACT_ASKED. NULL: none. */
struct fact *facts_take_wanted(struct facts *facts);
/* What came of it. message is copied. -ENOMEM. */
int facts_put(struct facts *facts, struct fact *fact, enum fact_state state, struct span message,
	      uint32_t duration_us) MUST_USE;

/* What the probe saw, after facts_put. */
static inline void facts_put_seen(struct fact *fact, const struct fact_seen *seen)
{
	fact->seen = *seen;
}

/* A fact of an earlier run. One that is there already stays. seen NULL: nothing beside the reply. -ENOMEM. */
int facts_add(struct facts *facts, const struct fact_question *question, enum fact_state state, struct span message,
	      uint32_t duration_us, const struct fact_seen *seen) MUST_USE;

/* No reply, no failure yet. */
static inline bool fact_is_open(const struct fact *fact)
{
	return fact == NULL || fact->state == FACT_WANTED || fact->state == FACT_ASKED;
}

/* Wall clock, seconds: when the facts were gathered. Of a document the first one's. 0: not known. */
void facts_set_time(struct facts *facts, uint64_t time_s);
uint64_t facts_time(const struct facts *facts);

/* Who gathered them: the name of a host. "" when it is not known. Copied; -ENOMEM. */
int facts_set_vantage(struct facts *facts, const char *vantage) MUST_USE;
const char *facts_vantage(const struct facts *facts);

size_t facts_count(const struct facts *facts);
/* In the order in which they were first wanted. */
const struct fact *facts_at(const struct facts *facts, size_t index);

/* One JSON document, "sextant.facts/1": each question with server, transport, sizes, time, and the reply's octets. */
void facts_to_json(const struct facts *facts, struct text *out);
/* Adds what a document holds. ERR_SYNTAX: message says what is wrong with it. */
int facts_from_json(struct facts *facts, const char *text, size_t size, char ret_message[160]) MUST_USE;

#endif
