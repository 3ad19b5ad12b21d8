/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/delegated.h"

#include "dns/ede.h"

static bool digest_of(uint8_t type, enum digest *ret)
{
	static const struct {
		uint8_t type;
		enum digest digest;
	} rows[] = {{1, DIGEST_SHA1}, {2, DIGEST_SHA256}, {4, DIGEST_SHA384}};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (rows[i].type == type) {
			*ret = rows[i].digest;
			return true;
		}
	}
	return false;
}

static bool is_algorithm_fine(uint8_t algorithm, bool is_sha1_accepted)
{
	return public_key_is_supported(algorithm) && (is_sha1_accepted || (algorithm != 5 && algorithm != 7));
}

bool delegated_is_usable(const struct rrset *rrset, bool is_sha1_accepted, int32_t *ret_ede)
{
	size_t position = 0;
	struct span rdata;
	*ret_ede = EDE_UNSUPPORTED_DNSKEY_ALGORITHM;
	while (rrset_next(rrset, &position, &rdata)) {
		struct ds ds;
		enum digest digest;
		if (!ds_read(rdata, &ds) || !is_algorithm_fine(ds.algorithm, is_sha1_accepted))
			continue;
		if (digest_of(ds.digest_type, &digest))
			return true;
		*ret_ede = EDE_UNSUPPORTED_DS_DIGEST;
	}
	return false;
}

/* RFC 4509 3: SHA-1 digests do not count beside stronger ones, if these are of use at all. */
static bool has_stronger(const struct rrset *rrset, bool is_sha1_accepted)
{
	size_t position = 0;
	struct span rdata;
	while (rrset_next(rrset, &position, &rdata)) {
		struct ds ds;
		if (ds_read(rdata, &ds) && (ds.digest_type == 2 || ds.digest_type == 4) &&
		    is_algorithm_fine(ds.algorithm, is_sha1_accepted))
			return true;
	}
	return false;
}

int delegated_digest(struct name zone, struct span dnskey, enum digest digest, uint8_t ret[DIGEST_SIZE_MAX])
{
	struct name_buffer lower;
	struct name owner = name_lower(zone, &lower);
	const struct span parts[] = {span_of(owner.wire, owner.size), dnskey};
	return digest_compute(digest, parts, 2, ret);
}

static bool ds_matches(const struct ds *ds, struct name zone, const struct zone_key *key)
{
	enum digest digest;
	uint8_t made[DIGEST_SIZE_MAX];
	if (ds->tag != key->tag || ds->algorithm != key->algorithm || !digest_of(ds->digest_type, &digest) ||
	    ds->digest.size != digest_size(digest))
		return false;
	return delegated_digest(zone, key->rdata, digest, made) == ERR_OK &&
	       memcmp(made, ds->digest.data, ds->digest.size) == 0;
}

static bool is_vouched_by_ds(const struct rrset *rrset, struct name zone, const struct zone_key *key,
                             bool is_sha1_accepted)
{
	size_t position = 0;
	struct span rdata;
	bool is_stronger = has_stronger(rrset, is_sha1_accepted);
	while (rrset_next(rrset, &position, &rdata)) {
		struct ds ds;
		if (ds_read(rdata, &ds) && is_algorithm_fine(ds.algorithm, is_sha1_accepted) &&
		    !(ds.digest_type == 1 && is_stronger) && ds_matches(&ds, zone, key))
			return true;
	}
	return false;
}

bool delegated_ds_fits(struct span rdata, struct name zone, struct span dnskey)
{
	struct dnskey read;
	struct ds ds;
	if (!ds_read(rdata, &ds) || !dnskey_read(dnskey, &read))
		return false;
	const struct zone_key key = {.tag = read.tag, .algorithm = read.algorithm, .rdata = dnskey};
	return ds_matches(&ds, zone, &key);
}

bool delegated_has_ds(const struct rrset *rrset, struct name zone, struct span dnskey)
{
	size_t position = 0;
	struct span rdata;
	while (rrset_next(rrset, &position, &rdata)) {
		if (delegated_ds_fits(rdata, zone, dnskey))
			return true;
	}
	return false;
}

static bool is_vouched_by_key(const struct rrset *rrset, const struct zone_key *key)
{
	size_t position = 0;
	struct span rdata;
	while (rrset_next(rrset, &position, &rdata)) {
		if (span_equal(rdata, key->rdata))
			return true;
	}
	return false;
}

/* Do the anchors have anything that can be used? A trust anchor of unknown algorithms is none (RFC 4035 5.2). */
static bool is_anything_usable(const struct rrset *ds, const struct rrset *keys, bool is_sha1_accepted)
{
	size_t position = 0;
	struct span rdata;
	int32_t ede;
	if (ds != NULL && delegated_is_usable(ds, is_sha1_accepted, &ede))
		return true;
	while (keys != NULL && rrset_next(keys, &position, &rdata)) {
		struct dnskey key;
		if (dnskey_read(rdata, &key) && is_algorithm_fine(key.algorithm, is_sha1_accepted))
			return true;
	}
	return false;
}

static bool is_zone_key(const struct zone_key *key)
{
	return (load_u16(key->rdata.data) & DNSKEY_ZONE) && key->rdata.data[2] == 3;
}

enum delegated delegated_check(const struct verify_request *request, const struct rrset *ds,
                               const struct rrset *anchor_keys, struct verified *ret_verified)
{
	struct zone_keys vouched = {.is_secure = true};
	bool has_match = false, has_zone_key = false;
	if (!is_anything_usable(ds, anchor_keys, request->is_sha1_accepted))
		return DELEGATED_UNSUPPORTED;
	for (unsigned i = 0; i < request->keys->count; i++) {
		const struct zone_key *key = &request->keys->keys[i];
		bool is_vouched = (ds != NULL && is_vouched_by_ds(ds, request->zone, key, request->is_sha1_accepted)) ||
		                  (anchor_keys != NULL && is_vouched_by_key(anchor_keys, key));
		has_match = has_match || is_vouched;
		has_zone_key = has_zone_key || (is_vouched && is_zone_key(key));
		if (is_vouched && key->is_usable)
			vouched.keys[vouched.count++] = *key;
	}
	if (vouched.count == 0)
		return !has_match ? DELEGATED_NO_MATCH : !has_zone_key ? DELEGATED_BAD_KEY : DELEGATED_UNUSABLE;
	struct verify_request narrowed = *request;
	narrowed.keys = &vouched;
	*ret_verified = verify_rrset(&narrowed);
	return ret_verified->result == VERIFY_GOOD ? DELEGATED_SECURE : DELEGATED_BAD;
}
