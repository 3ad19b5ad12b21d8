/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns64/pref64.h"

#include "dns64/dns64.h"
#include "ip/nat64.h"

#include <stdatomic.h>
#include <stdlib.h>

#define US_PER_S 1000000u
#define WORDS 7 /* of a published entry */

/*
 * The writer keeps the entries as they are and publishes each change as a copy made of atomic words.
 *
 * There are two copies; version says by its lowest bit which one counts. The writer fills the other one, then counts
 * version up. A reader takes the version, copies, and looks at the version again: a copy is only written over when the
 * version has moved on, and because words are stored with release and loaded with acquire, a reader that met a newer
 * word sees the newer version, too, and begins anew. So it repeats only when two changes fall into one read of a few
 * cache lines; it never waits for a writer that was stopped half way.
 */
struct published {
	_Atomic uint64_t count;
	_Atomic uint64_t words[PREF64_MAX][WORDS];
};

struct pref64_table {
	struct pref64 entries[PREF64_MAX]; /* the writer's */
	size_t count;
	_Atomic uint64_t version;
	struct published copies[2];
};

const char *pref64_source_text(enum pref64_source source)
{
	static const char *const texts[PREF64_SOURCE_COUNT] = {"static", "router advertisement", "RFC 7050"};
	return texts[source];
}

struct pref64_table *pref64_table_new(void)
{
	return calloc(1, sizeof(struct pref64_table));
}

void pref64_table_free(struct pref64_table *table)
{
	free(table);
}

/* --- Publishing and reading --- */

static void pack(const struct pref64 *entry, uint64_t words[WORDS])
{
	memcpy(&words[0], entry->prefix.addr.bytes, 16);
	memcpy(&words[2], entry->router.bytes, 16);
	words[4] = (uint64_t)entry->interface << 32 | (uint64_t)entry->source << 16 |
	           (uint64_t)entry->router.family << 8 | entry->prefix.length;
	words[5] = entry->router.scope;
	words[6] = entry->ends_us;
}

static void unpack(const uint64_t words[WORDS], struct pref64 *ret)
{
	*ret = (struct pref64){.prefix = {.addr = {.family = FAMILY_IPV6}, .length = (uint8_t)words[4]},
	                       .source = (enum pref64_source)(words[4] >> 16 & 0xff),
	                       .router = {.family = (enum family)(words[4] >> 8 & 0xff), .scope = (uint32_t)words[5]},
	                       .interface = (uint32_t)(words[4] >> 32),
	                       .ends_us = words[6]};
	memcpy(ret->prefix.addr.bytes, &words[0], 16);
	memcpy(ret->router.bytes, &words[2], 16);
}

static void publish(struct pref64_table *table)
{
	uint64_t version = atomic_load_explicit(&table->version, memory_order_relaxed) + 1;
	struct published *copy = &table->copies[version & 1];
	for (size_t i = 0; i < table->count; i++) {
		uint64_t words[WORDS];
		pack(&table->entries[i], words);
		for (size_t word = 0; word < WORDS; word++)
			atomic_store_explicit(&copy->words[i][word], words[word], memory_order_release);
	}
	atomic_store_explicit(&copy->count, table->count, memory_order_release);
	atomic_store_explicit(&table->version, version, memory_order_release);
}

static size_t read_all(const struct pref64_table *table, struct pref64 ret[PREF64_MAX])
{
	uint64_t words[PREF64_MAX][WORDS];
	uint64_t version, count;
	do {
		version = atomic_load_explicit(&table->version, memory_order_acquire);
		const struct published *copy = &table->copies[version & 1];
		count = atomic_load_explicit(&copy->count, memory_order_acquire);
		for (size_t i = 0; i < count; i++) {
			for (size_t word = 0; word < WORDS; word++)
				words[i][word] = atomic_load_explicit(&copy->words[i][word], memory_order_acquire);
		}
	} while (atomic_load_explicit(&table->version, memory_order_relaxed) != version);
	for (size_t i = 0; i < count; i++)
		unpack(words[i], &ret[i]);
	return count;
}

/* --- Writing --- */

static bool is_same_speaker(const struct pref64 *a, const struct pref64 *b)
{
	if (a->source != b->source)
		return false;
	return a->source != PREF64_RA || (a->interface == b->interface && ip_addr_equal(&a->router, &b->router));
}

static void drop(struct pref64_table *table, size_t index)
{
	table->count--;
	memmove(&table->entries[index], &table->entries[index + 1], (table->count - index) * sizeof(table->entries[0]));
}

static bool drop_ended(struct pref64_table *table, uint64_t now_us)
{
	size_t before = table->count;
	for (size_t i = table->count; i-- > 0;) {
		if (table->entries[i].ends_us <= now_us)
			drop(table, i);
	}
	return table->count != before;
}

/* Does some other speaker say something, but not this prefix? */
static bool is_contradicted(const struct pref64_table *table, const struct pref64 *prefix)
{
	for (size_t i = 0; i < table->count; i++) {
		const struct pref64 *other = &table->entries[i];
		bool has_said_it = is_same_speaker(other, prefix);
		for (size_t j = 0; !has_said_it && j < table->count; j++)
			has_said_it = is_same_speaker(&table->entries[j], other) &&
			              ip_prefix_equal(&table->entries[j].prefix, &prefix->prefix);
		if (!has_said_it)
			return true;
	}
	return false;
}

/* Room for one more: an entry of a worse source gives way, the last one learned first. */
static bool make_room(struct pref64_table *table, enum pref64_source source)
{
	if (table->count < PREF64_MAX)
		return true;
	size_t worst = table->count - 1;
	for (size_t i = table->count; i-- > 0;) {
		if (table->entries[i].source > table->entries[worst].source)
			worst = i;
	}
	if (table->entries[worst].source <= source)
		return false;
	drop(table, worst);
	return true;
}

static size_t find(const struct pref64_table *table, const struct pref64 *prefix)
{
	size_t i = 0;
	while (i < table->count && !(is_same_speaker(&table->entries[i], prefix) &&
	                             ip_prefix_equal(&table->entries[i].prefix, &prefix->prefix)))
		i++;
	return i;
}

int pref64_table_learn(struct pref64_table *table, const struct pref64 *prefix, uint32_t lifetime_s, uint64_t now_us,
                       enum pref64_change *ret)
{
	if (!pref64_is_usable(&prefix->prefix))
		return ERR_RANGE;
	bool has_dropped = drop_ended(table, now_us);
	size_t at = find(table, prefix);
	enum pref64_change change = PREF64_SAME;
	if (lifetime_s == 0 && at < table->count) {
		drop(table, at);
		change = PREF64_REMOVED;
	} else if (lifetime_s > 0) {
		if (at == table->count) {
			change = is_contradicted(table, prefix) ? PREF64_CONFLICT : PREF64_ADDED;
			if (!make_room(table, prefix->source)) {
				if (has_dropped)
					publish(table);
				return ERR_LIMIT;
			}
			at = table->count++;
			table->entries[at] = *prefix;
		}
		table->entries[at].ends_us =
			prefix->source == PREF64_STATIC ? UINT64_MAX : now_us + (uint64_t)lifetime_s * US_PER_S;
	}
	publish(table);
	*ret = change;
	return ERR_OK;
}

bool pref64_table_expire(struct pref64_table *table, uint64_t now_us)
{
	bool has_dropped = drop_ended(table, now_us);
	if (has_dropped)
		publish(table);
	return has_dropped;
}

/* --- What is in use --- */

size_t pref64_table_all(const struct pref64_table *table, struct pref64 *ret, size_t size)
{
	struct pref64 all[PREF64_MAX];
	size_t count = read_all(table, all);
	count = count < size ? count : size;
	if (count > 0)
		memcpy(ret, all, count * sizeof(all[0]));
	return count;
}

static bool is_among(const struct ip_prefix *prefixes, size_t count, const struct ip_prefix *prefix)
{
	for (size_t i = 0; i < count; i++) {
		if (ip_prefix_equal(&prefixes[i], prefix))
			return true;
	}
	return false;
}

size_t pref64_table_in_use(const struct pref64_table *table, uint64_t now_us, struct ip_prefix *ret, size_t size)
{
	struct pref64 all[PREF64_MAX];
	size_t all_count = read_all(table, all), count = 0;
	enum pref64_source best = PREF64_SOURCE_COUNT;
	for (size_t i = 0; i < all_count; i++) {
		if (all[i].ends_us > now_us && all[i].source < best)
			best = all[i].source;
	}
	for (size_t i = 0; i < all_count && count < size; i++) {
		if (all[i].ends_us > now_us && all[i].source == best && !is_among(ret, count, &all[i].prefix))
			ret[count++] = all[i].prefix;
	}
	return count;
}

int pref64_table_map(const struct pref64_table *table, const struct ip_addr *ipv4, uint64_t now_us, struct ip_addr *ret)
{
	struct ip_prefix prefixes[PREF64_MAX];
	size_t count = pref64_table_in_use(table, now_us, prefixes, PREF64_MAX);
	for (size_t i = 0; i < count; i++) {
		if (dns64_is_mappable(&prefixes[i], ipv4) && nat64_embed(&prefixes[i], ipv4, ret) == ERR_OK)
			return ERR_OK;
	}
	return ERR_NOT_FOUND;
}
