/* SPDX-License-Identifier: BSD-2-Clause */
#include "dnssec/records.h"

#include "base/encoding.h"
#include "crypto/digest.h"

bool dnskey_read(struct span rdata, struct dnskey *ret)
{
	if (rdata.size < 5)
		return false;
	*ret = (struct dnskey){.flags = load_u16(rdata.data),
	                       .protocol = rdata.data[2],
	                       .algorithm = rdata.data[3],
	                       .tag = dnskey_tag(rdata),
	                       .key = span_of(rdata.data + 4, rdata.size - 4),
	                       .rdata = rdata};
	return true;
}

bool ds_read(struct span rdata, struct ds *ret)
{
	if (rdata.size < 5)
		return false;
	*ret = (struct ds){.tag = load_u16(rdata.data),
	                   .algorithm = rdata.data[2],
	                   .digest_type = rdata.data[3],
	                   .digest = span_of(rdata.data + 4, rdata.size - 4)};
	return true;
}

bool rrsig_read(struct span rdata, struct rrsig *ret)
{
	if (rdata.size < 19)
		return false;
	struct span rest = span_of(rdata.data + 18, rdata.size - 18);
	if (name_take(&rest, &ret->signer) != ERR_OK)
		return false;
	ret->covered = load_u16(rdata.data);
	ret->algorithm = rdata.data[2];
	ret->labels = rdata.data[3];
	ret->original_ttl = load_u32(rdata.data + 4);
	ret->expiration = load_u32(rdata.data + 8);
	ret->inception = load_u32(rdata.data + 12);
	ret->tag = load_u16(rdata.data + 16);
	ret->signed_part = span_of(rdata.data, rdata.size - rest.size);
	ret->signature = rest;
	return true;
}

bool nsec3_read(struct span rdata, struct nsec3 *ret)
{
	uint8_t size;
	return span_take_u8(&rdata, &ret->algorithm) && span_take_u8(&rdata, &ret->flags) &&
	       span_take_u16(&rdata, &ret->iterations) && span_take_u8(&rdata, &size) &&
	       span_take(&rdata, size, &ret->salt) && span_take_u8(&rdata, &size) &&
	       span_take(&rdata, size, &ret->next);
}

uint16_t dnskey_tag(struct span rdata)
{
	uint32_t sum = 0;
	/* RFC 4034 B.1: algorithm 1 takes its tag out of the modulus. Nobody signs with it any more, and it is not
	 * supported, but its tag must not hit another key's by accident. */
	if (rdata.size >= 7 && rdata.data[3] == 1)
		return load_u16(rdata.data + rdata.size - 3);
	for (size_t i = 0; i < rdata.size; i++)
		sum += i & 1 ? rdata.data[i] : (uint32_t)rdata.data[i] << 8;
	return (uint16_t)(sum + (sum >> 16));
}

void nsec3_digest(struct name name, uint16_t iterations, struct span salt, uint8_t ret[NSEC3_HASH_SIZE])
{
	uint8_t octets[NAME_MAX + 255];
	struct name_buffer lower;
	struct name from = name_lower(name, &lower);
	memcpy(octets, from.wire, from.size);
	memcpy(octets + from.size, salt.data, salt.size);
	digest_sha1(span_of(octets, from.size + salt.size), ret);
	memcpy(octets + NSEC3_HASH_SIZE, salt.data, salt.size);
	for (unsigned i = 0; i < iterations; i++) {
		memcpy(octets, ret, NSEC3_HASH_SIZE);
		digest_sha1(span_of(octets, NSEC3_HASH_SIZE + salt.size), ret);
	}
}

bool nsec3_owner_digest(struct name owner, uint8_t ret[NSEC3_HASH_SIZE])
{
	struct writer out = writer_of(ret, NSEC3_HASH_SIZE);
	return owner.labels > 0 && base32hex_decode(span_of(owner.wire + 1, owner.wire[0]), &out) == ERR_OK &&
	       !out.is_full && out.size == NSEC3_HASH_SIZE;
}
