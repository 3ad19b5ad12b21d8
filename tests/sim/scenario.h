/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * A scenario (.rpl) in memory: configuration, the network of message templates, and the steps.
 * Owned: scenario_load/scenario_free; all of it lives in one arena.
 * Never plays anything, and never skips what it does not know: an unsupported directive is an error.
 *
 * The format is that of Deckard and of Unbound's testbound; our own words are said where they are declared.
 */
#ifndef TESTS_SIM_SCENARIO_H
#define TESTS_SIM_SCENARIO_H

#include "base/arena.h"
#include "base/text.h"
#include "dns/header.h"
#include "dns/name.h"
#include "ip/addr.h"

/* --- Message templates --- */

enum match_word {
	MATCH_OPCODE = 1 << 0,
	MATCH_QTYPE = 1 << 1,
	MATCH_QNAME = 1 << 2,
	MATCH_QCASE = 1 << 3,     /* the question's name, letter by letter */
	MATCH_SUBDOMAIN = 1 << 4, /* the question is at or below the entry's */
	MATCH_FLAGS = 1 << 5,     /* QR AA TC RD RA AD CD */
	MATCH_RCODE = 1 << 6,
	MATCH_ANSWER = 1 << 7,
	MATCH_AUTHORITY = 1 << 8,
	MATCH_ADDITIONAL = 1 << 9,
	MATCH_EDNS = 1 << 10, /* has OPT or not, its version, DO */
	MATCH_NSID = 1 << 11,
	MATCH_TCP = 1 << 12,
	MATCH_UDP = 1 << 13,
	MATCH_DO = 1 << 14,       /* DO is set */
	MATCH_NOEDNS = 1 << 15,   /* no OPT */
	MATCH_TTL = 1 << 16,      /* TTLs count, too */
	MATCH_EDNSDATA = 1 << 17, /* the OPT's RDATA is the entry's */
	MATCH_SERIAL = 1 << 18,   /* an SOA in the authority section has it: serial=N */
	MATCH_EDE = 1 << 19,      /* ede=N, ede=any */
	MATCH_CLIENT_COOKIE = 1 << 21,
	MATCH_SERVER_COOKIE = 1 << 22,
	MATCH_EDNS_MOST = 1 << 30 /* ours, edns_most=N: an EDNS size of at most N, or no EDNS */
};
#define MATCH_QUESTION (MATCH_QTYPE | MATCH_QNAME)
#define MATCH_ALL                                                                                                      \
	(MATCH_OPCODE | MATCH_QUESTION | MATCH_FLAGS | MATCH_RCODE | MATCH_ANSWER | MATCH_AUTHORITY | MATCH_ADDITIONAL)

enum adjust_word {
	ADJUST_COPY_ID = 1 << 0,    /* id, and the question's name as it was sent */
	ADJUST_COPY_QUERY = 1 << 1, /* the whole question */
	ADJUST_RAW_ID = 1 << 2,     /* the id into RAW octets */
	ADJUST_SILENCE = 1 << 3,    /* do_not_answer */
	ADJUST_LOWER_CASE = 1 << 4, /* ours, lower_case: the question comes back in lower case */
	ADJUST_REFUSE = 1 << 5,     /* ours, refuse: nobody listens on the port */
	ADJUST_GUESSED = 1 << 6     /* ours, guessed: no reply, but somebody guesses at one */
};

struct template_record {
	enum section section;
	struct name owner;
	uint16_t type, class;
	uint32_t ttl_s;
	struct span rdata;
	unsigned packet; /* 0; behind EXTRA_PACKET 1, 2 ... */
	struct template_record *next;
};

struct entry {
	unsigned line;     /* of ENTRY_BEGIN */
	uint32_t match;    /* enum match_word */
	uint32_t adjust;   /* enum adjust_word */
	uint32_t delay_ms; /* sleep=S, packet_sleep=S; ours: delay=MS */
	uint32_t serial;
	int32_t ede;    /* MATCH_EDE; -1: any */
	uint16_t flags; /* enum header_flag */
	uint8_t opcode;
	uint16_t rcode;
	bool is_do;
	bool has_edns;      /* unless NOEDNS is among the REPLY words (ours) */
	uint16_t edns_most;
	uint16_t edns_size; /* 4096, or EDNS=N among the REPLY words (ours) */
	bool has_question;
	struct name qname;
	uint16_t qtype, qclass;
	struct template_record *records, **records_end;
	unsigned packets;      /* EXTRA_PACKET lines */
	struct span raw;       /* RAW, HEX_ANSWER_BEGIN; data NULL: none */
	struct span edns_data; /* HEX_EDNSDATA_BEGIN: options as octets */
	bool is_mandatory;     /* MANDATORY: unused at the end is a failure */
	unsigned uses;
	struct entry *next;
};

/* --- The network --- */

#define RANGE_ADDRESSES_MAX 512

struct range {
	unsigned line;
	unsigned first, last; /* step numbers */
	struct ip_addr addresses[RANGE_ADDRESSES_MAX];
	unsigned address_count; /* 0: every address */
	struct entry *entries, **entries_end;
	struct range *next;
};

/* --- The steps --- */

enum step_kind {
	STEP_NOTHING,
	STEP_QUERY,
	STEP_CHECK_ANSWER,
	STEP_CHECK_OUT_QUERY,
	STEP_TIME_PASSES,
	STEP_REPLY,
	STEP_TIMEOUT, /* time goes on until the answer, at most as long as a question may wait */
	/* Ours: */
	STEP_CHECK_ASKS,      /* most|least|exactly N: questions upstream since the last QUERY, for clients */
	STEP_CHECK_BACKGROUND, /* the same, by revalidation */
	STEP_CHECK_ELAPSED,   /* most|least MS: virtual time from the last QUERY to its answer */
	STEP_CHECK_ASKED,     /* a question upstream since the last QUERY matches the entry */
	STEP_CHECK_NOT_ASKED, /* none does */
	STEP_CHECK_NOTE,      /* KIND [PHRASE]: the engine noted such a thing since the last QUERY, and it says so */
	STEP_CHECK_LINE,      /* PHRASE: the query log's line of the answer, JSON, has it */
	STEP_CHECK_NO_NOTE,   /* KIND: it did not */
	STEP_CHECK_TEXT,      /* PHRASE: the last answer says so (the text of an extended error) */
	STEP_CHECK_NO_ANSWER
};

enum bound { BOUND_MOST, BOUND_LEAST, BOUND_EXACTLY };

struct step {
	unsigned line, number;
	enum step_kind kind;
	struct entry *entry;
	uint64_t amount; /* TIME_PASSES: ms; CHECK_ASKS, CHECK_BACKGROUND, CHECK_ELAPSED */
	enum bound bound;
	bool is_tcp; /* QUERY TCP (ours) */
	bool has_address;
	struct ip_addr address; /* QUERY: the client's; REPLY, CHECK_ASKED: the server's */
	const char *word;       /* CHECK_NOTE, CHECK_NO_NOTE: the kind */
	const char *phrase;     /* CHECK_NOTE, CHECK_TEXT, CHECK_LINE: NULL or what is to be found in the text */
	struct step *next;
};

/* --- Configuration --- */

struct config_line {
	unsigned line;
	const char *key;   /* lower case, without the colon */
	const char *value; /* without quotes around it */
	struct config_line *next;
};

struct scenario {
	struct arena *arena;
	const char *path, *description;
	struct config_line *config, **config_end;
	struct range *ranges, **ranges_end;
	struct step *steps, **steps_end;
};

/* Why a file is no good: "12: no such MATCH word: foo". */
#define SCENARIO_WHY_MAX 512
/* ERR_SYNTAX, ERR_UNSUPPORTED, -errno: why says more. */
int scenario_load(const char *path, struct scenario **ret, char why[SCENARIO_WHY_MAX]) MUST_USE;
/* The same from memory. */
int scenario_parse(const char *path, struct span text, struct scenario **ret, char why[SCENARIO_WHY_MAX]) MUST_USE;
void scenario_free(struct scenario *scenario);

#endif
