/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/verify.h"

#include "dns/rdata.h"

static bool is_algorithm_fine(const struct verify_request *request, uint8_t algorithm)
{
	bool is_sha1 = algorithm == 5 || algorithm == 7;
	return public_key_is_supported(algorithm) && (!is_sha1 || request->is_sha1_accepted);
}

/* RFC 4035 5.3.1: is it this set's signature, by this zone? */
static bool is_signature_of(const struct verify_request *request, const struct rrsig *rrsig)
{
	const struct rrset_view *set = request->set;
	/* A wildcard's own label does not count (RFC 4034 3.1.3). */
	unsigned labels = set->owner.labels - name_is_wildcard(set->owner);
	return rrsig->covered == set->rrset->type && name_equal(rrsig->signer, request->zone) &&
	       name_is_at_or_below(set->owner, rrsig->signer) && rrsig->labels <= labels &&
	       rrsig->labels >= rrsig->signer.labels;
}

/* Times wrap: RFC 4034 3.1.5, serial arithmetic of RFC 1982. */
static bool is_before(uint32_t a, uint32_t b)
{
	return (int32_t)(a - b) < 0;
}

/* RFC 4034 6.2: the owner as it was signed. */
static struct name signed_owner(const struct rrset_view *set, const struct rrsig *rrsig, struct name_buffer *buffer)
{
	unsigned labels = set->owner.labels - name_is_wildcard(set->owner);
	if (rrsig->labels >= labels)
		return name_lower(set->owner, buffer);
	struct name encloser = name_strip(set->owner, set->owner.labels - rrsig->labels);
	struct name_buffer lower;
	encloser = name_lower(encloser, &lower);
	memcpy(buffer->wire, "\1*", 2);
	memcpy(buffer->wire + 2, encloser.wire, encloser.size);
	return (struct name){.wire = buffer->wire, .size = (uint8_t)(encloser.size + 2),
	                     .labels = (uint8_t)(encloser.labels + 1)};
}

/* RFC 4034 3.1.8.1: what the signature is over. Empty: no memory. */
static struct span signed_data(const struct verify_request *request, const struct rrsig *rrsig)
{
	const struct rrset *rrset = request->set->rrset;
	struct name_buffer buffer, signer_buffer;
	struct name owner = signed_owner(request->set, rrsig, &buffer);
	struct name signer = name_lower(rrsig->signer, &signer_buffer);
	size_t capacity = rrsig->signed_part.size + rrset->size + rrset->count * (size_t)NAME_MAX;
	uint8_t *octets = arena_alloc(request->arena, capacity, 1);
	if (octets == NULL)
		return span_of(NULL, 0);
	struct writer out = writer_of(octets, capacity);
	writer_bytes(&out, rrsig->signed_part.data, rrsig->signed_part.size - rrsig->signer.size);
	writer_bytes(&out, signer.wire, signer.size);
	size_t position = 0;
	struct span rdata;
	while (rrset_next(rrset, &position, &rdata)) {
		writer_bytes(&out, owner.wire, owner.size);
		writer_u16(&out, rrset->type);
		writer_u16(&out, 1);
		writer_u32(&out, rrsig->original_ttl);
		uint8_t *size = writer_reserve(&out, 2);
		size_t start = out.size;
		if (rdata_canonical(rrset->type, rdata, &out) != ERR_OK || out.is_full || size == NULL)
			return span_of(NULL, 0);
		store_u16(size, (uint16_t)(out.size - start));
	}
	return writer_span(&out);
}

static enum verify_result keys_try(const struct verify_request *request, const struct rrsig *rrsig)
{
	struct span data = {0};
	unsigned tried = 0;
	enum verify_result result = VERIFY_NO_KEY;
	for (unsigned i = 0; i < request->keys->count; i++) {
		const struct zone_key *key = &request->keys->keys[i];
		if (key->tag != rrsig->tag || key->algorithm != rrsig->algorithm || !key->is_usable)
			continue;
		if (tried++ >= request->budget->keys_per_tag)
			return result;
		if (data.data == NULL)
			data = signed_data(request, rrsig);
		if (data.data == NULL)
			return VERIFY_NOT_VERIFYING;
		struct keyring_mark mark = keyring_mark(request->keyring, data, rrsig->signature, key->rdata);
		if (keyring_has_verified(request->keyring, mark))
			return VERIFY_GOOD;
		if (request->budget->verifications == 0 || request->budget->failed_verifications == 0)
			return VERIFY_BUDGET;
		request->budget->verifications--;
		if (public_key_verify(key->key, data, rrsig->signature) == ERR_OK) {
			keyring_verified(request->keyring, mark);
			return VERIFY_GOOD;
		}
		request->budget->failed_verifications--;
		result = VERIFY_NOT_VERIFYING;
	}
	return result;
}

static enum verify_result signature_judge(const struct verify_request *request, const struct rrsig *rrsig)
{
	uint32_t now = (uint32_t)request->now_s;
	if (!is_algorithm_fine(request, rrsig->algorithm))
		return VERIFY_UNSUPPORTED;
	if (is_before(rrsig->expiration, rrsig->inception))
		return VERIFY_NEVER;
	if (is_before(rrsig->expiration + request->skew_s, now))
		return VERIFY_EXPIRED;
	if (is_before(now + request->skew_s, rrsig->inception))
		return VERIFY_NOT_YET;
	return keys_try(request, rrsig);
}

/* RFC 4035 5.3.3. One that has ended but for the tolerance has no time left. */
static uint32_t left_s(const struct rrsig *rrsig, uint32_t now)
{
	uint32_t left = is_before(rrsig->expiration, now) ? 0 : rrsig->expiration - now;
	return left < rrsig->original_ttl ? left : rrsig->original_ttl;
}

struct verified verify_rrset(const struct verify_request *request)
{
	struct verified best = {.result = VERIFY_UNSIGNED};
	const struct rrset *signatures = request->set->signatures;
	size_t position = 0;
	struct span rdata;
	while (signatures != NULL && rrset_next(signatures, &position, &rdata)) {
		struct rrsig rrsig;
		if (!rrsig_read(rdata, &rrsig) || !is_signature_of(request, &rrsig))
			continue;
		enum verify_result result = signature_judge(request, &rrsig);
		if (result <= best.result)
			continue;
		unsigned labels = request->set->owner.labels - name_is_wildcard(request->set->owner);
		best = (struct verified){.result = result,
		                         .tag = rrsig.tag,
		                         .algorithm = rrsig.algorithm,
		                         .expiration = rrsig.expiration,
		                         .inception = rrsig.inception,
		                         .is_wildcard = rrsig.labels < labels,
		                         .labels = rrsig.labels};
		best.left_s = left_s(&rrsig, (uint32_t)request->now_s);
		if (result == VERIFY_GOOD)
			return best;
	}
	return best;
}
