/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the files of the front share: scratch, the ready-made form of an answer, what goes around it.
 * The scratch belongs to one engine.
 * Never seen outside resolver/front.
 *
 * An answer goes through two halves. front_form makes the form: all that is the same for everybody who asks the same
 * with the same view. form_send makes one client's message of it: its id, question, OPT and limits, TTLs by the form's
 * age. A form comes from the scratch (made now) or straight from the cache; so both give the same octets, and a hit is
 * the second half alone.
 */
#ifndef RESOLVER_FRONT_FRONT_H
#define RESOLVER_FRONT_FRONT_H

#include "dns/cookie.h"
#include "dns/tsig.h"
#include "resolver/limits.h"
#include "resolver/resolution.h"

#define FORM_EDES_MAX 2048 /* octets of EDEs in a form: texts that do not fit are left out */
#define FORM_RECORDS_MAX 5958 /* of 11 octets, the smallest there is, in 65535 */

/*
 * The head of a form. Then, one behind the other: with origin DNS64 its prefix (struct ip_prefix), EDEs (code, size of
 * text, text; 16 bits each number), the offsets of TTLs (16 bits each, from the message's start), and the records as
 * they follow the question. Names in those are compressed against a question of the same name at HEADER_SIZE, so that
 * they are copied behind any question for it, in whatever case. The records end with those that may be left out:
 * `extra` of the body's octets, the last `extra` of the TTLs.
 */
struct form_head {
	uint16_t rcode;
	uint16_t counts[SECTION_COUNT];       /* extra ones not counted */
	uint16_t extra_counts[SECTION_COUNT];
	uint16_t ttl_count, extra_ttl_count;  /* the first has the second in it */
	uint16_t body_size, extra_size;       /* octets; likewise */
	uint16_t ede_size;                    /* octets */
	uint8_t ede_count;
	uint8_t origin;   /* enum aaaa_origin */
	uint8_t security; /* enum security: of the last link */
	bool is_secure;   /* AD for those who want it */
	bool is_too_large; /* no message holds it: TC for everybody */
};

struct form {
	struct form_head head;
	const uint8_t *prefix, *edes, *offsets, *body;
	uint32_t life_s; /* until the first record in it ends; known when it was made */
};

struct known_link { /* an outcome out of the cache */
	struct outcome outcome;
	struct rrset_view sets[OUTCOME_SETS_MAX];
	struct name_buffer target;
};

struct front_scratch {
	struct cache *cache; /* of the last front_take, resolution_keep: for additional records */
	struct builder builder; /* of what is sent */
	struct tsig tsig;
	uint8_t cookie[COOKIE_SIZE];
	/* A form under way. */
	struct ip_prefix prefix;
	struct builder form_builder;
	struct name_buffer targets[LIMIT_ALIASES + 1]; /* of CNAMEs made from DNAMEs */
	uint8_t edes[FORM_EDES_MAX];
	uint8_t offsets[FORM_RECORDS_MAX * 2];
	uint8_t message[UINT16_MAX];
	struct known_link known[LIMIT_ALIASES + 1];
};

/* A client's question and where its answer goes. */
struct taking {
	const struct resolver_policy *policy;
	struct front_scratch *scratch;
	struct resolver_time now;
	const struct resolver_request *request;
	const struct query *query;
	struct writer *out;
	struct query_event *event;
};

/* RFC 6840 5.7, 5.8. */
static inline bool wants_ad(const struct query *query)
{
	return query->is_do || (query->flags & HEADER_AD) != 0;
}

/* --- form.c --- */

struct form_wish { /* what a form is made for */
	const struct resolver_policy *policy;
	struct resolver_time now;
	struct name qname;
	uint16_t qtype;
	bool is_do;
};

/* Valid until the scratch makes another one. */
void form_make(const struct resolution *resolution, const struct form_wish *wish, struct front_scratch *scratch,
               struct form *ret);
size_t form_size(const struct form *form);
void form_write(const struct form *form, uint8_t *at);      /* form_size octets */
void form_read(const uint8_t *at, struct form *ret); /* views into them */

/* --- sections.c --- */

/* The records that belong into the answer, into the scratch's form_builder. False: they do not fit. */
bool sections_write(const struct resolution *resolution, const struct form_wish *wish, struct front_scratch *scratch);

/* --- extra.c --- */

/* The zone's servers and addresses, as far as they are known and not too short-lived. *life_s becomes less where they
 * end sooner. */
void extra_write(const struct resolution *resolution, const struct form_wish *wish, struct front_scratch *scratch,
                 uint32_t *life_s);

/* --- send.c --- */

/* A message with that form's records; the octets. */
size_t form_send(const struct form *form, uint32_t age_s, const struct taking *taking);
/* A message without any; ede -1: none. */
size_t plain_send(const struct taking *taking, uint16_t rcode, int32_t ede);
/* Class CH: about the server itself. */
size_t server_send(const struct taking *taking);

/* --- known.c --- */

/* The chain for a question as the cache's outcomes have it; nothing is asked. False: it begins with nothing known. */
bool known_find(struct front_scratch *scratch, struct cache *cache, const struct query *query, bool has_dns64,
                uint64_t now_us, const struct outcome *links[LIMIT_ALIASES + 1], struct resolution *ret);
/* An outcome that still holds, alias or not; with is_cd what nobody has validated, too. */
bool known_outcome(struct cache *cache, struct name name, uint16_t type, bool is_cd, uint64_t now_us,
                   struct known_link *ret);

#endif
