/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/tsig/record.h"

#include "dns/rrtype.h"

#define TSIG_MAC_MIN 10 /* octets, RFC 8945 5.2.2.1 */

const struct tsig_algorithm_row tsig_algorithms[TSIG_ALGORITHM_COUNT] = {
    [TSIG_HMAC_SHA256] = {"hmac-sha256", "\013hmac-sha256", HMAC_SHA256, 32},
    [TSIG_HMAC_SHA512] = {"hmac-sha512", "\013hmac-sha512", HMAC_SHA512, 64},
    [TSIG_HMAC_SHA384] = {"hmac-sha384", "\013hmac-sha384", HMAC_SHA384, 48},
    [TSIG_HMAC_SHA224] = {"hmac-sha224", "\013hmac-sha224", HMAC_SHA224, 28},
    [TSIG_HMAC_SHA1] = {"hmac-sha1", "\011hmac-sha1", HMAC_SHA1, 20},
    [TSIG_HMAC_MD5] = {"hmac-md5", "\010hmac-md5\007sig-alg\003reg\003int", HMAC_MD5, 16},
    [TSIG_HMAC_SHA256_128] = {"hmac-sha256-128", "\017hmac-sha256-128", HMAC_SHA256, 16},
    [TSIG_HMAC_SHA384_192] = {"hmac-sha384-192", "\017hmac-sha384-192", HMAC_SHA384, 24},
    [TSIG_HMAC_SHA512_256] = {"hmac-sha512-256", "\017hmac-sha512-256", HMAC_SHA512, 32},
};

struct name tsig_algorithm_name(enum tsig_algorithm algorithm)
{
	return name_of((const uint8_t *)tsig_algorithms[algorithm].wire);
}

static uint64_t load_u48(const uint8_t *at)
{
	return ((uint64_t)load_u16(at) << 32) | load_u32(at + 2);
}

static bool rdata_take(struct span rdata, struct tsig_record *ret)
{
	struct span time;
	uint16_t mac_size, other_size;
	if (name_take(&rdata, &ret->algorithm_name) != ERR_OK || !span_take(&rdata, 6, &time) ||
	    !span_take_u16(&rdata, &ret->fudge_s) || !span_take_u16(&rdata, &mac_size) ||
	    !span_take(&rdata, mac_size, &ret->mac) || !span_take_u16(&rdata, &ret->original_id) ||
	    !span_take_u16(&rdata, &ret->error) || !span_take_u16(&rdata, &other_size) ||
	    !span_take(&rdata, other_size, &ret->other))
		return false;
	ret->time_s = load_u48(time.data);
	return rdata.size == 0;
}

bool tsig_record_take(struct span message, size_t offset, struct tsig_record *ret)
{
	size_t end;
	if (message.size < HEADER_SIZE || offset < HEADER_SIZE ||
	    name_from_message(message, offset, &ret->key_buffer, &ret->key_name, &end) != ERR_OK ||
	    message.size - end < TSIG_RECORD_FIXED_SIZE)
		return false;
	const uint8_t *fixed = message.data + end;
	struct span rdata = span_of(fixed + TSIG_RECORD_FIXED_SIZE, message.size - end - TSIG_RECORD_FIXED_SIZE);
	return load_u16(message.data + 10) > 0 && load_u16(fixed) == RR_TSIG && load_u16(fixed + 2) == CLASS_ANY &&
	       load_u32(fixed + 4) == 0 && load_u16(fixed + 8) == rdata.size && rdata_take(rdata, ret);
}

struct span tsig_mac_field(const struct tsig *tsig, uint8_t buffer[TSIG_MAC_FIELD_MAX])
{
	store_u16(buffer, tsig->mac_size);
	memcpy(buffer + 2, tsig->mac, tsig->mac_size);
	return span_of(buffer, 2u + tsig->mac_size);
}

void tsig_header_before(struct span message, uint16_t original_id, uint16_t additional_count,
                               uint8_t ret[HEADER_SIZE])
{
	memcpy(ret, message.data, HEADER_SIZE);
	store_u16(ret, original_id);
	store_u16(ret + 10, additional_count);
}

int tsig_digest(const struct tsig_key *key, const struct tsig *request, struct span message,
                          uint16_t original_id, uint16_t additional_count, const struct tsig_variables *variables,
                          uint8_t ret_mac[HMAC_SIZE_MAX])
{
	uint8_t request_mac[TSIG_MAC_FIELD_MAX], header[HEADER_SIZE], octets[2 * NAME_MAX + 2 * TSIG_FIXED_SIZE];
	struct span parts[5];
	size_t count = 0;
	if (request != NULL)
		parts[count++] = tsig_mac_field(request, request_mac);
	tsig_header_before(message, original_id, additional_count, header);
	parts[count++] = span_of(header, HEADER_SIZE);
	parts[count++] = span_of(message.data + HEADER_SIZE, message.size - HEADER_SIZE);

	struct writer out = writer_of(octets, sizeof(octets));
	writer_bytes(&out, variables->key_name.wire, variables->key_name.size);
	writer_u16(&out, CLASS_ANY);
	writer_u32(&out, 0);
	writer_bytes(&out, variables->algorithm_name.wire, variables->algorithm_name.size);
	writer_u16(&out, (uint16_t)(variables->time_s >> 32));
	writer_u32(&out, (uint32_t)variables->time_s);
	writer_u16(&out, variables->fudge_s);
	writer_u16(&out, variables->error);
	writer_u16(&out, (uint16_t)variables->other.size);
	parts[count++] = writer_span(&out);
	parts[count++] = variables->other;
	return hmac_compute(key->hmac, parts, count, ret_mac);
}

int tsig_record_digest(const struct tsig_key *key, const struct tsig *request, struct span message, size_t offset,
                         const struct tsig_record *record, uint8_t ret_mac[HMAC_SIZE_MAX])
{
	struct tsig_variables variables = {.key_name = key->name,
	                                   .algorithm_name = tsig_algorithm_name(key->algorithm),
	                                   .time_s = record->time_s,
	                                   .fudge_s = record->fudge_s,
	                                   .error = record->error,
	                                   .other = record->other};
	return tsig_digest(key, request, span_of(message.data, offset), record->original_id,
	                      (uint16_t)(load_u16(message.data + 10) - 1), &variables, ret_mac);
}

bool tsig_is_mac_size_legal(const struct tsig_key *key, size_t size)
{
	size_t whole = hmac_size(tsig_algorithms[key->algorithm].digest);
	return size <= whole && size >= TSIG_MAC_MIN && size >= whole / 2;
}

int tsig_record_append(struct writer *message, const struct tsig_variables *variables, uint16_t original_id,
                         struct span mac)
{
	size_t rdata_size = variables->algorithm_name.size + TSIG_FIXED_SIZE + mac.size + variables->other.size;
	size_t size = variables->key_name.size + TSIG_RECORD_FIXED_SIZE + rdata_size;
	uint8_t *at = message->capacity - message->size < size ? NULL : writer_reserve(message, size);
	if (at == NULL)
		return ERR_SPACE;
	struct writer out = writer_of(at, size);
	writer_bytes(&out, variables->key_name.wire, variables->key_name.size);
	writer_u16(&out, RR_TSIG);
	writer_u16(&out, CLASS_ANY);
	writer_u32(&out, 0);
	writer_u16(&out, (uint16_t)rdata_size);
	writer_bytes(&out, variables->algorithm_name.wire, variables->algorithm_name.size);
	writer_u16(&out, (uint16_t)(variables->time_s >> 32));
	writer_u32(&out, (uint32_t)variables->time_s);
	writer_u16(&out, variables->fudge_s);
	writer_u16(&out, (uint16_t)mac.size);
	writer_bytes(&out, mac.data, mac.size);
	writer_u16(&out, original_id);
	writer_u16(&out, variables->error);
	writer_u16(&out, (uint16_t)variables->other.size);
	writer_bytes(&out, variables->other.data, variables->other.size);
	store_u16(message->data + 10, (uint16_t)(load_u16(message->data + 10) + 1));
	return ERR_OK;
}
