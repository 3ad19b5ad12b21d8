/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/anchor_upkeep.h"

#include "dns/rdata.h"
#include "dnssec/anchor_state.h"
#include "dnssec/delegated.h"

#include <errno.h>
#include <stdlib.h>

#define HOUR_S 3600u
#define DAY_S 86400u

int anchor_upkeep_new(const struct anchor *initial, struct anchor_upkeep **ret)
{
	struct anchor_upkeep *upkeep = calloc(1, sizeof(*upkeep));
	if (upkeep == NULL)
		return -ENOMEM;
	upkeep->owner = name_copy(initial->owner, &upkeep->owner_buffer);
	const struct rrset *from[] = {initial->ds, initial->dnskey};
	for (unsigned i = 0; i < 2; i++) {
		size_t size = from[i] != NULL ? sizeof(*from[i]) + from[i]->size : 0;
		if (size == 0)
			continue;
		upkeep->configured[i] = malloc(size);
		if (upkeep->configured[i] == NULL) {
			anchor_upkeep_free(upkeep);
			return -ENOMEM;
		}
		memcpy(upkeep->configured[i], from[i], size);
	}
	*ret = upkeep;
	return ERR_OK;
}

void anchor_upkeep_free(struct anchor_upkeep *upkeep)
{
	if (upkeep == NULL)
		return;
	while (upkeep->count > 0)
		anchor_key_drop(upkeep, upkeep->count - 1);
	free(upkeep->configured[0]);
	free(upkeep->configured[1]);
	free(upkeep);
}

/* --- Keys of the state --- */

struct anchor_key *anchor_key_add(struct anchor_upkeep *upkeep, enum anchor_state state, struct span rdata)
{
	uint8_t *copy = upkeep->count < ANCHOR_KEYS_MAX ? malloc(rdata.size) : NULL;
	if (copy == NULL)
		return NULL;
	memcpy(copy, rdata.data, rdata.size);
	store_u16(copy, load_u16(copy) & (uint16_t)~DNSKEY_REVOKED);
	struct anchor_key *key = &upkeep->keys[upkeep->count++];
	*key = (struct anchor_key){.state = state, .rdata = span_of(copy, rdata.size)};
	key->tag = dnskey_tag(key->rdata);
	return key;
}

void anchor_key_drop(struct anchor_upkeep *upkeep, size_t index)
{
	free((void *)(uintptr_t)upkeep->keys[index].rdata.data);
	upkeep->count--;
	memmove(&upkeep->keys[index], &upkeep->keys[index + 1], (upkeep->count - index) * sizeof(upkeep->keys[0]));
}

/* The same key, whatever the REVOKE bits say: all but the flags, and the other flags. */
static bool is_same_key(struct span a, struct span b)
{
	return a.size == b.size && a.size >= 4 && ((load_u16(a.data) ^ load_u16(b.data)) & ~DNSKEY_REVOKED) == 0 &&
	       memcmp(a.data + 2, b.data + 2, a.size - 2) == 0;
}

static struct anchor_key *key_find(struct anchor_upkeep *upkeep, struct span rdata)
{
	for (size_t i = 0; i < upkeep->count; i++) {
		if (is_same_key(upkeep->keys[i].rdata, rdata))
			return &upkeep->keys[i];
	}
	return NULL;
}

static bool is_trusted_state(enum anchor_state state)
{
	return state == ANCHOR_VALID || state == ANCHOR_MISSING;
}

/* Did the operator configure it, as DS or as DNSKEY? */
static bool is_configured(const struct anchor_upkeep *upkeep, struct span rdata)
{
	const struct rrset *dnskey = upkeep->configured[1];
	size_t position = 0;
	struct span known;
	while (dnskey != NULL && rrset_next(dnskey, &position, &known)) {
		if (span_equal(known, rdata))
			return true;
	}
	return upkeep->configured[0] != NULL && delegated_has_ds(upkeep->configured[0], upkeep->owner, rdata);
}

static bool is_trusted(struct anchor_upkeep *upkeep, struct span rdata)
{
	const struct anchor_key *key = key_find(upkeep, rdata);
	if (load_u16(rdata.data) & DNSKEY_REVOKED)
		return false;
	if (key != NULL && key->state != ANCHOR_ADDPEND)
		return is_trusted_state(key->state);
	return is_configured(upkeep, rdata);
}

/* --- A step --- */

struct step {
	struct anchor_upkeep *upkeep;
	const struct anchor_look *look;
	struct zone_keys keys; /* of the RRset, imported */
	unsigned changes;
};

static void key_move(struct step *step, struct anchor_key *key, enum anchor_state state, uint64_t until_s)
{
	if (is_trusted_state(key->state) != is_trusted_state(state))
		step->changes |= ANCHOR_CHANGED_TRUST;
	step->changes |= ANCHOR_CHANGED_STATE;
	key->state = state;
	key->since_s = step->look->now_s;
	key->until_s = until_s;
}

static struct verified keys_verify(struct step *step, const struct zone_keys *keys)
{
	const struct verify_request request = {.set = step->look->dnskey,
	                                       .zone = step->upkeep->owner,
	                                       .keys = keys,
	                                       .keyring = step->look->keyring,
	                                       .budget = step->look->budget,
	                                       .arena = step->look->arena,
	                                       .now_s = step->look->now_s,
	                                       .is_sha1_accepted = step->look->is_sha1_accepted};
	return verify_rrset(&request);
}

/* RFC 5011 2.1: a key with the REVOKE bit that signs the set it stands in is revoked, whoever else signs. */
static void revocations_take(struct step *step)
{
	for (unsigned i = 0; i < step->keys.count; i++) {
		struct zone_key revoked = step->keys.keys[i];
		struct anchor_key *known = key_find(step->upkeep, revoked.rdata);
		struct span plain = revoked.rdata;
		uint8_t octets[1024]; /* more than the largest key that is imported */
		if (!(load_u16(plain.data) & DNSKEY_REVOKED) || revoked.key == NULL || plain.size > sizeof(octets))
			continue;
		memcpy(octets, plain.data, plain.size);
		store_u16(octets, load_u16(octets) & (uint16_t)~DNSKEY_REVOKED);
		plain.data = octets;
		/* One that is configured and was never seen without the bit is revoked as well. */
		bool is_ours = known != NULL ? is_trusted_state(known->state) : is_configured(step->upkeep, plain);
		if (!is_ours)
			continue;
		revoked.is_usable = true;
		const struct zone_keys alone = {.is_secure = true, .count = 1, .keys = {revoked}};
		if (keys_verify(step, &alone).result != VERIFY_GOOD)
			continue;
		if (known == NULL)
			known = anchor_key_add(step->upkeep, ANCHOR_VALID, plain);
		if (known != NULL)
			key_move(step, known, ANCHOR_REVOKED, step->look->now_s + ANCHOR_HOLD_DOWN_S);
	}
}

static const struct zone_key *key_in_set(const struct step *step, struct span rdata)
{
	for (unsigned i = 0; i < step->keys.count; i++) {
		if (is_same_key(step->keys.keys[i].rdata, rdata))
			return &step->keys.keys[i];
	}
	return NULL;
}

/* RFC 5011 4.2, the rows of the table. False: the key goes back to Start. */
static bool key_step(struct step *step, struct anchor_key *key)
{
	uint64_t now_s = step->look->now_s;
	const struct zone_key *seen = key_in_set(step, key->rdata);
	bool is_here = seen != NULL && !(load_u16(seen->rdata.data) & DNSKEY_REVOKED);
	switch (key->state) {
	case ANCHOR_ADDPEND:
		if (!is_here)
			return false; /* KeyRem */
		if (now_s >= key->until_s || is_configured(step->upkeep, key->rdata))
			key_move(step, key, ANCHOR_VALID, 0); /* AddTime */
		return true;
	case ANCHOR_VALID:
		if (!is_here)
			key_move(step, key, ANCHOR_MISSING, 0);
		return true;
	case ANCHOR_MISSING:
		if (is_here)
			key_move(step, key, ANCHOR_VALID, 0);
		return true;
	default:
		return true;
	}
}

static void known_keys_step(struct step *step)
{
	struct anchor_upkeep *upkeep = step->upkeep;
	for (size_t i = 0; i < upkeep->count;) {
		if (key_step(step, &upkeep->keys[i])) {
			i++;
			continue;
		}
		anchor_key_drop(upkeep, i);
		step->changes |= ANCHOR_CHANGED_STATE;
	}
}

/* NewKey: secure entry points only (RFC 5011 2.4.1 and the keys that its section 6 speaks of), and what can be used. */
static void new_keys_take(struct step *step)
{
	uint32_t ttl_s = step->look->dnskey->rrset->ttl;
	uint32_t hold_s = ttl_s > ANCHOR_HOLD_DOWN_S ? ttl_s : ANCHOR_HOLD_DOWN_S;
	for (unsigned i = 0; i < step->keys.count; i++) {
		const struct zone_key *seen = &step->keys.keys[i];
		bool is_entry = load_u16(seen->rdata.data) & DNSKEY_SEP;
		bool is_known = key_find(step->upkeep, seen->rdata) != NULL;
		bool is_ours = is_configured(step->upkeep, seen->rdata);
		if (!seen->is_usable || is_known || (!is_entry && !is_ours))
			continue;
		struct anchor_key *key = anchor_key_add(step->upkeep, ANCHOR_ADDPEND, seen->rdata);
		if (key == NULL)
			continue; /* no room: it is seen again */
		step->changes |= ANCHOR_CHANGED_STATE;
		key->since_s = step->look->now_s;
		key->until_s = step->look->now_s + hold_s;
		if (is_ours)
			key_move(step, key, ANCHOR_VALID, 0);
	}
}

static void removals_take(struct step *step)
{
	for (size_t i = 0; i < step->upkeep->count; i++) {
		struct anchor_key *key = &step->upkeep->keys[i];
		if (key->state == ANCHOR_REVOKED && step->look->now_s >= key->until_s)
			key_move(step, key, ANCHOR_REMOVED, 0);
	}
}

static uint64_t smallest(uint64_t a, uint64_t b, uint64_t c)
{
	uint64_t least = a < b ? a : b;
	return least < c ? least : c;
}

/* RFC 5011 2.3: half the TTL and half of the signature's time, an hour at least; a tenth after a failure. */
static void next_plan(struct step *step, bool is_good)
{
	const struct anchor_upkeep *upkeep = step->upkeep;
	uint64_t part = is_good ? 2 : 10, most = is_good ? 15 * DAY_S : DAY_S;
	uint64_t wait_s = smallest(most, upkeep->ttl_s / part, upkeep->signature_s / part);
	step->upkeep->next_s = step->look->now_s + (wait_s > HOUR_S ? wait_s : HOUR_S);
}

/* Is it signed by a key that is trusted? */
static bool set_check(struct step *step)
{
	struct zone_keys trusted = {.is_secure = true};
	for (unsigned i = 0; i < step->keys.count; i++) {
		if (step->keys.keys[i].is_usable && is_trusted(step->upkeep, step->keys.keys[i].rdata))
			trusted.keys[trusted.count++] = step->keys.keys[i];
	}
	struct verified verified = keys_verify(step, &trusted);
	if (verified.result != VERIFY_GOOD)
		return false;
	step->upkeep->ttl_s = step->look->dnskey->rrset->ttl;
	step->upkeep->signature_s = verified.expiration - (uint32_t)step->look->now_s;
	return true;
}

int anchor_upkeep_take(struct anchor_upkeep *upkeep, const struct anchor_look *look, unsigned *ret_changes)
{
	struct step step = {.upkeep = upkeep, .look = look};
	int err = look->dnskey != NULL ? ERR_OK : ERR_NOT_FOUND;
	uint8_t *octets = NULL;
	removals_take(&step);
	if (err == ERR_OK) {
		octets = malloc(look->dnskey->rrset->size + 1u);
		err = octets != NULL ? ERR_OK : -ENOMEM;
	}
	if (err == ERR_OK) {
		zone_keys_import(look->dnskey->rrset, octets, &step.keys);
		revocations_take(&step);
		err = set_check(&step) ? ERR_OK : ERR_MISMATCH;
	}
	if (err == ERR_OK) {
		known_keys_step(&step);
		new_keys_take(&step);
	}
	next_plan(&step, err == ERR_OK);
	zone_keys_end(&step.keys);
	free(octets);
	*ret_changes = step.changes;
	return err;
}

/* --- What comes out --- */

static bool is_revoked_ds(const struct anchor_upkeep *upkeep, const struct rrset *one_ds)
{
	for (size_t i = 0; i < upkeep->count; i++) {
		const struct anchor_key *key = &upkeep->keys[i];
		if ((key->state == ANCHOR_REVOKED || key->state == ANCHOR_REMOVED) &&
		    delegated_has_ds(one_ds, upkeep->owner, key->rdata))
			return true;
	}
	return false;
}

static bool is_revoked_key(const struct anchor_upkeep *upkeep, struct span rdata)
{
	for (size_t i = 0; i < upkeep->count; i++) {
		const struct anchor_key *key = &upkeep->keys[i];
		if ((key->state == ANCHOR_REVOKED || key->state == ANCHOR_REMOVED) && is_same_key(key->rdata, rdata))
			return true;
	}
	return false;
}

static int configured_add(const struct anchor_upkeep *upkeep, const struct rrset *rrset, struct anchors *into)
{
	size_t position = 0;
	struct span rdata;
	int err = ERR_OK;
	while (err == ERR_OK && rrset != NULL && rrset_next(rrset, &position, &rdata)) {
		size_t size = RRSET_RECORD_HEADER + rdata.size;
		bool is_revoked = rrset->type == RR_DNSKEY && is_revoked_key(upkeep, rdata);
		if (rrset->type == RR_DS) {
			struct rrset *one = malloc(sizeof(*one) + size);
			if (one == NULL)
				return -ENOMEM;
			*one = (struct rrset){.type = RR_DS, .count = 1, .size = (uint32_t)size};
			memcpy(one->records, rdata.data - RRSET_RECORD_HEADER, size);
			is_revoked = is_revoked_ds(upkeep, one);
			free(one);
		}
		if (!is_revoked)
			err = anchors_add(into, upkeep->owner, rrset->type, rdata);
	}
	return err;
}

int anchor_upkeep_anchors(const struct anchor_upkeep *upkeep, struct anchors *into)
{
	int err = configured_add(upkeep, upkeep->configured[0], into);
	if (err == ERR_OK)
		err = configured_add(upkeep, upkeep->configured[1], into);
	for (size_t i = 0; err == ERR_OK && i < upkeep->count; i++) {
		if (is_trusted_state(upkeep->keys[i].state))
			err = anchors_add(into, upkeep->owner, RR_DNSKEY, upkeep->keys[i].rdata);
	}
	return err;
}

uint64_t anchor_upkeep_next_s(const struct anchor_upkeep *upkeep)
{
	return upkeep->next_s;
}

struct name anchor_upkeep_owner(const struct anchor_upkeep *upkeep)
{
	return upkeep->owner;
}

size_t anchor_upkeep_count(const struct anchor_upkeep *upkeep)
{
	return upkeep->count;
}

const struct anchor_key *anchor_upkeep_at(const struct anchor_upkeep *upkeep, size_t index)
{
	return &upkeep->keys[index];
}
