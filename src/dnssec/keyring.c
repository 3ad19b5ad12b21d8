/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/keyring.h"

#include "base/random.h"

#include <stdlib.h>
#include <sys/queue.h>

#define MARKS 16384 /* a power of two; 16 octets each */
#define WAYS 4      /* places for marks of one hash: two busy signatures do not push each other out */

struct entry {
	LIST_ENTRY(entry) in_bucket;
	TAILQ_ENTRY(entry) by_use;
	uint64_t hash, ends_us;
	struct name_buffer name_buffer;
	struct name name;
	struct zone_keys keys;
	uint8_t *octets; /* the RDATA of the keys */
};
LIST_HEAD(bucket, entry);

struct keyring {
	uint8_t hash_keys[2][SIPHASH_KEY_SIZE];
	struct bucket *buckets;
	size_t bucket_count, size, most;
	TAILQ_HEAD(, entry) by_use; /* the least recently used first */
	struct keyring_mark *marks; /* WAYS together for each hash, the latest first; the last one falls out */
};

struct keyring *keyring_new(size_t zones)
{
	struct keyring *keyring = calloc(1, sizeof(*keyring));
	if (keyring == NULL)
		return NULL;
	keyring->most = zones > 0 ? zones : 1;
	keyring->bucket_count = 256;
	while (keyring->bucket_count < zones)
		keyring->bucket_count *= 2;
	keyring->buckets = calloc(keyring->bucket_count, sizeof(keyring->buckets[0]));
	keyring->marks = calloc(MARKS, sizeof(keyring->marks[0]));
	TAILQ_INIT(&keyring->by_use);
	random_bytes(keyring->hash_keys, sizeof(keyring->hash_keys));
	if (keyring->buckets == NULL || keyring->marks == NULL) {
		keyring_free(keyring);
		return NULL;
	}
	return keyring;
}

static void entry_drop(struct keyring *keyring, struct entry *entry)
{
	LIST_REMOVE(entry, in_bucket);
	TAILQ_REMOVE(&keyring->by_use, entry, by_use);
	keyring->size--;
	zone_keys_end(&entry->keys);
	free(entry->octets);
	free(entry);
}

void keyring_clear(struct keyring *keyring)
{
	struct entry *entry;
	while ((entry = TAILQ_FIRST(&keyring->by_use)) != NULL)
		entry_drop(keyring, entry);
	memset(keyring->marks, 0, MARKS * sizeof(keyring->marks[0]));
}

void keyring_free(struct keyring *keyring)
{
	if (keyring == NULL)
		return;
	if (keyring->buckets != NULL && keyring->marks != NULL)
		keyring_clear(keyring);
	free(keyring->buckets);
	free(keyring->marks);
	free(keyring);
}

static uint64_t name_hash(const struct keyring *keyring, struct name name)
{
	struct name_buffer lower;
	struct name key = name_lower(name, &lower);
	return siphash(keyring->hash_keys[0], key.wire, key.size);
}

static struct entry *entry_find(const struct keyring *keyring, struct name zone, uint64_t hash)
{
	struct entry *entry;
	LIST_FOREACH(entry, &keyring->buckets[hash & (keyring->bucket_count - 1)], in_bucket) {
		if (entry->hash == hash && name_equal(entry->name, zone))
			return entry;
	}
	return NULL;
}

const struct zone_keys *keyring_find(struct keyring *keyring, struct name zone, uint64_t now_us)
{
	struct entry *entry = entry_find(keyring, zone, name_hash(keyring, zone));
	if (entry == NULL || entry->ends_us <= now_us)
		return NULL;
	TAILQ_REMOVE(&keyring->by_use, entry, by_use);
	TAILQ_INSERT_TAIL(&keyring->by_use, entry, by_use);
	return &entry->keys;
}

void zone_keys_import(const struct rrset *dnskey, uint8_t *octets, struct zone_keys *ret)
{
	size_t position = 0;
	struct span rdata;
	*ret = (struct zone_keys){.is_secure = true, .ede = -1};
	while (ret->count < ZONE_KEYS_MAX && rrset_next(dnskey, &position, &rdata)) {
		struct dnskey read;
		memcpy(octets, rdata.data, rdata.size);
		if (!dnskey_read(span_of(octets, rdata.size), &read))
			continue;
		octets += rdata.size;
		struct zone_key *key = &ret->keys[ret->count++];
		*key = (struct zone_key){.tag = read.tag, .algorithm = read.algorithm, .rdata = read.rdata};
		/* RFC 4034 2.1.1, 2.1.2: other keys sign nothing. RFC 5011 2.1: a revoked one only its own set. */
		bool is_imported = public_key_new(read.algorithm, read.key, &key->key) == ERR_OK;
		key->is_usable = is_imported && (read.flags & DNSKEY_ZONE) && !(read.flags & DNSKEY_REVOKED) &&
		                 read.protocol == 3;
	}
}

void zone_keys_end(struct zone_keys *keys)
{
	for (unsigned i = 0; i < keys->count; i++)
		public_key_free(keys->keys[i].key);
	keys->count = 0;
}

const struct zone_keys *keyring_put(struct keyring *keyring, struct name zone, const struct rrset *dnskey, int32_t ede,
                                    uint64_t ends_us)
{
	uint64_t hash = name_hash(keyring, zone);
	struct entry *old = entry_find(keyring, zone, hash);
	if (old != NULL)
		entry_drop(keyring, old);
	else if (keyring->size >= keyring->most)
		entry_drop(keyring, TAILQ_FIRST(&keyring->by_use));
	struct entry *entry = calloc(1, sizeof(*entry));
	if (entry == NULL)
		return NULL;
	entry->octets = malloc(dnskey != NULL ? dnskey->size + 1 : 1);
	if (entry->octets == NULL) {
		free(entry);
		return NULL;
	}
	entry->hash = hash;
	entry->ends_us = ends_us;
	entry->name = name_copy(zone, &entry->name_buffer);
	if (dnskey != NULL)
		zone_keys_import(dnskey, entry->octets, &entry->keys);
	entry->keys.is_secure = dnskey != NULL;
	entry->keys.ede = ede;
	LIST_INSERT_HEAD(&keyring->buckets[hash & (keyring->bucket_count - 1)], entry, in_bucket);
	TAILQ_INSERT_TAIL(&keyring->by_use, entry, by_use);
	keyring->size++;
	return &entry->keys;
}

const struct zone_keys *keyring_keep(struct keyring *keyring, struct name zone, uint64_t ends_us)
{
	struct entry *entry = entry_find(keyring, zone, name_hash(keyring, zone));
	if (entry == NULL)
		return NULL;
	entry->ends_us = ends_us;
	return &entry->keys;
}

/* --- Signatures that verified --- */

struct keyring_mark keyring_mark(const struct keyring *keyring, struct span data, struct span signature,
                                 struct span key)
{
	struct keyring_mark mark;
	for (unsigned i = 0; i < 2; i++) {
		/* Two keyed hashes that nobody outside knows: a collision cannot be made, only met by chance. */
		const uint64_t parts[] = {siphash(keyring->hash_keys[i], data.data, data.size),
		                          siphash(keyring->hash_keys[i], signature.data, signature.size),
		                          siphash(keyring->hash_keys[i], key.data, key.size)};
		mark.word[i] = siphash(keyring->hash_keys[i], parts, sizeof(parts));
	}
	return mark;
}

static struct keyring_mark *ways_of(const struct keyring *keyring, struct keyring_mark mark)
{
	return &keyring->marks[mark.word[0] & (MARKS - WAYS)];
}

bool keyring_has_verified(const struct keyring *keyring, struct keyring_mark mark)
{
	const struct keyring_mark *ways = ways_of(keyring, mark);
	for (unsigned i = 0; i < WAYS; i++) {
		if (ways[i].word[0] == mark.word[0] && ways[i].word[1] == mark.word[1])
			return true;
	}
	return false;
}

void keyring_verified(struct keyring *keyring, struct keyring_mark mark)
{
	struct keyring_mark *ways = ways_of(keyring, mark);
	memmove(ways + 1, ways, (WAYS - 1) * sizeof(ways[0]));
	ways[0] = mark;
}
