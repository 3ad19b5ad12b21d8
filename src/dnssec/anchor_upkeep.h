/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * The keys of one trust point over time: RFC 5011 as a state machine. Octets and the time go in, the keys to trust and
 * the time of the next question come out; its state is text for a file.
 * Owned: anchor_upkeep_new/anchor_upkeep_free. Used by one thread.
 * Never asks and never writes: whoever owns it fetches DNSKEY when it is due, and keeps the text.
 */
#ifndef DNSSEC_ANCHOR_UPKEEP_H
#define DNSSEC_ANCHOR_UPKEEP_H

#include "base/text.h"
#include "dnssec/anchors.h"
#include "dnssec/verify.h"

struct anchor_upkeep;

#define ANCHOR_KEYS_MAX 32
#define ANCHOR_HOLD_DOWN_S (30 * 86400) /* RFC 5011 2.4.1, 2.4.2 */

enum anchor_state { /* RFC 5011 4.1; Start is a key that is not kept */
	ANCHOR_ADDPEND, /* new: trusted when it is still there after the hold-down time */
	ANCHOR_VALID,
	ANCHOR_MISSING, /* trusted, though the zone does not have it at the moment */
	ANCHOR_REVOKED,
	ANCHOR_REMOVED, /* for good: kept so that no configured DS brings it back */
	ANCHOR_STATE_COUNT
};
const char *anchor_state_text(enum anchor_state state); /* "addpend" */

struct anchor_key {
	enum anchor_state state;
	struct span rdata;  /* DNSKEY, without the REVOKE bit */
	uint16_t tag;       /* of that */
	uint64_t since_s;   /* wall clock: in this state since */
	uint64_t until_s;   /* ADDPEND: trusted from then on; REVOKED: removed then; else 0 */
};

/*
 * initial: what the operator configured, copied. Its DS and DNSKEY records count beside what the state says, but for
 * keys that were revoked. -ENOMEM.
 */
int anchor_upkeep_new(const struct anchor *initial, struct anchor_upkeep **ret) MUST_USE;
void anchor_upkeep_free(struct anchor_upkeep *upkeep);

struct anchor_look { /* at the trust point's DNSKEY RRset */
	const struct rrset_view *dnskey; /* NULL: the question failed */
	struct keyring *keyring;         /* for what verified before; no zone is put into it */
	struct dnssec_budget *budget;
	struct arena *arena;
	uint64_t now_s;                  /* wall clock */
	bool is_sha1_accepted;
};

enum anchor_change { /* bits */
	ANCHOR_CHANGED_STATE = 1, /* the text is to be kept anew */
	ANCHOR_CHANGED_TRUST = 2  /* other keys are trusted: make new anchors */
};

/*
 * One step. ERR_MISMATCH: no trusted key signs the RRset; then nothing has changed, but that keys may have revoked
 * themselves (RFC 5011 2.1). ERR_NOT_FOUND: dnskey is NULL. -ENOMEM. *ret_changes is set in each case.
 */
int anchor_upkeep_take(struct anchor_upkeep *upkeep, const struct anchor_look *look, unsigned *ret_changes) MUST_USE;
/* When to ask again: RFC 5011 2.3. 0: at once. */
uint64_t anchor_upkeep_next_s(const struct anchor_upkeep *upkeep);

/* Adds what is trusted now; nothing when all was revoked (RFC 5011 5). */
int anchor_upkeep_anchors(const struct anchor_upkeep *upkeep, struct anchors *into) MUST_USE;

struct name anchor_upkeep_owner(const struct anchor_upkeep *upkeep);
size_t anchor_upkeep_count(const struct anchor_upkeep *upkeep);
/* Borrowed until the next step. */
const struct anchor_key *anchor_upkeep_at(const struct anchor_upkeep *upkeep, size_t index);

/* The state as text, appended, and back: a file of its own for each trust point. Reading replaces the state.
 * ERR_SYNTAX, with *ret_line; ERR_MISMATCH: of another zone. The state is as before then. */
void anchor_upkeep_write(const struct anchor_upkeep *upkeep, struct text *out);
int anchor_upkeep_read(struct anchor_upkeep *upkeep, struct span text, size_t *ret_line) MUST_USE;

#endif
