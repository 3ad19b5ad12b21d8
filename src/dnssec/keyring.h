/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What validation has worked out and may use again: the keys of zones, imported once, and which signatures verified.
 * Owned: keyring_new/keyring_free; used by one engine.
 * Never grows beyond its size: the entries used least recently go first.
 */
#ifndef DNSSEC_KEYRING_H
#define DNSSEC_KEYRING_H

#include "crypto/public_key.h"
#include "dnssec/records.h"

struct keyring;

/* zones: how many zones' keys are kept at most. NULL: no memory. */
struct keyring *keyring_new(size_t zones);
void keyring_free(struct keyring *keyring);
/* Forgets everything: trust anchors changed, or the operator flushed the cache. */
void keyring_clear(struct keyring *keyring);

#define ZONE_KEYS_MAX 32

struct zone_key {
	uint16_t tag;
	uint8_t algorithm;
	bool is_usable; /* a zone key of protocol 3, not revoked, imported */
	struct span rdata;
	struct public_key *key; /* NULL: it cannot be imported */
};

struct zone_keys { /* of one zone */
	bool is_secure; /* false: the zone is insecure, without keys */
	int32_t ede;    /* why it is insecure, where a code says so; -1 */
	uint8_t count;
	struct zone_key keys[ZONE_KEYS_MAX];
};

/* The keys of a DNSKEY RRset, imported, for those who do not keep them in a ring. octets: dnskey->size of the caller's,
 * which must stay as long as the keys. */
void zone_keys_import(const struct rrset *dnskey, uint8_t *octets, struct zone_keys *ret);
void zone_keys_end(struct zone_keys *keys);

/* Borrowed until the next call. NULL: not known, or no more at that time. */
const struct zone_keys *keyring_find(struct keyring *keyring, struct name zone, uint64_t now_us);
/* The keys of the DNSKEY RRset, imported; those that cannot be are left out. NULL rrset: the zone is insecure. The
 * result is borrowed like above; NULL: no memory. With ends_us 0 it is not found until keyring_keep. */
const struct zone_keys *keyring_put(struct keyring *keyring, struct name zone, const struct rrset *dnskey, int32_t ede,
                                    uint64_t ends_us);
/* The zone's keys, whatever their time was, are good until then. NULL: they are gone. */
const struct zone_keys *keyring_keep(struct keyring *keyring, struct name zone, uint64_t ends_us);

/* A signature that verified before: mark identifies data, signature and key. */
struct keyring_mark {
	uint64_t word[2];
};
struct keyring_mark keyring_mark(const struct keyring *keyring, struct span data, struct span signature,
                                 struct span key);
bool keyring_has_verified(const struct keyring *keyring, struct keyring_mark mark);
void keyring_verified(struct keyring *keyring, struct keyring_mark mark);

#endif
