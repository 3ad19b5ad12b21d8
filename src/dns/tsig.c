/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/tsig.h"

#include "dns/rrtype.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

#define RECORD_FIXED_SIZE 10
#define TSIG_FIXED_SIZE 16 /* time, fudge, MAC size, original id, error, other size */
#define TSIG_MAC_MIN 10    /* octets, RFC 8945 5.2.2.1 */

struct tsig_key {
	struct name name;
	enum tsig_algorithm algorithm;
	struct hmac *hmac;
	struct name_buffer buffer;
};

/* RFC 8945 6. size: octets of MAC that are sent, and the fewest that are accepted. */
static const struct algorithm_row {
	const char *text;
	const char *wire;
	enum hmac_digest digest;
	uint8_t size;
} algorithms[TSIG_ALGORITHM_COUNT] = {
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

/* A TSIG record taken apart; spans are views into the message. */
struct tsig_record {
	struct name_buffer key_buffer;
	struct name key_name;
	struct name algorithm_name;
	uint64_t time_s;
	uint16_t fudge_s;
	uint16_t original_id;
	uint16_t error;
	struct span mac;
	struct span other;
};

static struct name algorithm_name(enum tsig_algorithm algorithm)
{
	return name_of((const uint8_t *)algorithms[algorithm].wire);
}

const char *tsig_algorithm_text(enum tsig_algorithm algorithm)
{
	return algorithms[algorithm].text;
}

int tsig_algorithm_from_text(const char *text, enum tsig_algorithm *ret)
{
	size_t size = strlen(text);
	if (size > 0 && text[size - 1] == '.')
		size--;
	for (enum tsig_algorithm i = 0; i < TSIG_ALGORITHM_COUNT; i++)
		if (strlen(algorithms[i].text) == size && strncasecmp(text, algorithms[i].text, size) == 0) {
			*ret = i;
			return ERR_OK;
		}
	static const char md5[] = "hmac-md5.sig-alg.reg.int";
	if (size != sizeof(md5) - 1 || strncasecmp(text, md5, size) != 0)
		return ERR_NOT_FOUND;
	*ret = TSIG_HMAC_MD5;
	return ERR_OK;
}

int tsig_key_new(struct name name, enum tsig_algorithm algorithm, struct span secret, struct tsig_key **ret)
{
	struct tsig_key *key = calloc(1, sizeof(*key));
	if (key == NULL)
		return -ENOMEM;
	int err = hmac_new(algorithms[algorithm].digest, secret, &key->hmac);
	if (err != ERR_OK) {
		free(key);
		return err;
	}
	key->name = name_lower(name, &key->buffer);
	key->algorithm = algorithm;
	*ret = key;
	return ERR_OK;
}

void tsig_key_free(struct tsig_key *key)
{
	if (key == NULL)
		return;
	hmac_free(key->hmac);
	free(key);
}

struct name tsig_key_name(const struct tsig_key *key)
{
	return key->name;
}

enum tsig_algorithm tsig_key_algorithm(const struct tsig_key *key)
{
	return key->algorithm;
}

/* --- The record --- */

static uint64_t load_u48(const uint8_t *at)
{
	return ((uint64_t)load_u16(at) << 32) | load_u32(at + 2);
}

static void store_u48(uint8_t *at, uint64_t value)
{
	store_u16(at, (uint16_t)(value >> 32));
	store_u32(at + 2, (uint32_t)value);
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

/* The record must be a TSIG and the last thing in the message. */
static bool record_take(struct span message, size_t offset, struct tsig_record *ret)
{
	size_t end;
	if (message.size < HEADER_SIZE || offset < HEADER_SIZE ||
	    name_from_message(message, offset, &ret->key_buffer, &ret->key_name, &end) != ERR_OK ||
	    message.size - end < RECORD_FIXED_SIZE)
		return false;
	const uint8_t *fixed = message.data + end;
	struct span rdata = span_of(fixed + RECORD_FIXED_SIZE, message.size - end - RECORD_FIXED_SIZE);
	return load_u16(message.data + 10) > 0 && load_u16(fixed) == RR_TSIG && load_u16(fixed + 2) == CLASS_ANY &&
	       load_u32(fixed + 4) == 0 && load_u16(fixed + 8) == rdata.size && rdata_take(rdata, ret);
}

/* What is signed beside the message: RFC 8945 4.3.3. */
struct tsig_variables {
	struct name key_name; /* in lower case */
	struct name algorithm_name;
	uint64_t time_s;
	uint16_t fudge_s;
	uint16_t error;
	struct span other;
};

/*
 * RFC 8945 4.3: the request's MAC with its size (answers only), the message as it was before TSIG was added, under
 * its original id, and the variables.
 */
static int digest_compute(const struct tsig_key *key, const struct tsig *request, struct span message,
                          uint16_t original_id, uint16_t additional_count, const struct tsig_variables *variables,
                          uint8_t ret_mac[HMAC_SIZE_MAX])
{
	uint8_t request_mac[2 + HMAC_SIZE_MAX], header[HEADER_SIZE], octets[2 * NAME_MAX + 2 * TSIG_FIXED_SIZE];
	struct span parts[5];
	size_t count = 0;
	if (request != NULL) {
		store_u16(request_mac, request->mac_size);
		memcpy(request_mac + 2, request->mac, request->mac_size);
		parts[count++] = span_of(request_mac, 2u + request->mac_size);
	}
	memcpy(header, message.data, HEADER_SIZE);
	store_u16(header, original_id);
	store_u16(header + 10, additional_count);
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

static int record_digest(const struct tsig_key *key, const struct tsig *request, struct span message, size_t offset,
                         const struct tsig_record *record, uint8_t ret_mac[HMAC_SIZE_MAX])
{
	struct tsig_variables variables = {.key_name = key->name,
	                                   .algorithm_name = algorithm_name(key->algorithm),
	                                   .time_s = record->time_s,
	                                   .fudge_s = record->fudge_s,
	                                   .error = record->error,
	                                   .other = record->other};
	return digest_compute(key, request, span_of(message.data, offset), record->original_id,
	                      (uint16_t)(load_u16(message.data + 10) - 1), &variables, ret_mac);
}

/* RFC 8945 5.2.2.1: a MAC longer than the hash, or shorter than 10 octets or half of the hash, is malformed. */
static bool is_mac_size_legal(const struct tsig_key *key, size_t size)
{
	size_t whole = hmac_size(algorithms[key->algorithm].digest);
	return size <= whole && size >= TSIG_MAC_MIN && size >= whole / 2;
}

static bool is_time_good(uint64_t now_s, uint64_t time_s, uint16_t fudge_s)
{
	return (now_s > time_s ? now_s - time_s : time_s - now_s) <= fudge_s;
}

/* --- The server's side --- */

static const struct tsig_key *key_find(const struct tsig_key *const *keys, size_t count,
                                       const struct tsig_record *record)
{
	for (size_t i = 0; i < count; i++)
		if (name_equal(keys[i]->name, record->key_name) &&
		    name_equal(algorithm_name(keys[i]->algorithm), record->algorithm_name))
			return keys[i];
	return NULL;
}

static enum tsig_verdict verdict_bad(struct tsig *tsig, uint16_t error)
{
	tsig->error = error;
	return TSIG_BAD;
}

enum tsig_verdict tsig_verify_request(const struct tsig_key *const *keys, size_t count, struct span message,
                                      size_t offset, uint64_t now_s, struct tsig *ret)
{
	struct tsig_record record;
	uint8_t mac[HMAC_SIZE_MAX];
	if (!record_take(message, offset, &record))
		return TSIG_MALFORMED;
	ret->key = key_find(keys, count, &record);
	ret->error = RCODE_NOERROR;
	ret->fudge_s = record.fudge_s;
	ret->original_id = record.original_id;
	ret->time_s = record.time_s;
	ret->mac_size = 0;
	name_copy(record.key_name, &ret->key_name);
	name_copy(record.algorithm_name, &ret->algorithm_name);
	/* RFC 8945 5.2: the key, the MAC, the time, the truncation, in this order. */
	if (ret->key == NULL)
		return verdict_bad(ret, RCODE_BADKEY);
	if (!is_mac_size_legal(ret->key, record.mac.size))
		return TSIG_MALFORMED;
	if (record_digest(ret->key, NULL, message, offset, &record, mac) != ERR_OK)
		return TSIG_BROKEN;
	if (!hmac_equal(mac, record.mac.data, record.mac.size))
		return verdict_bad(ret, TSIG_BADSIG);
	ret->mac_size = (uint16_t)record.mac.size;
	memcpy(ret->mac, record.mac.data, record.mac.size);
	if (!is_time_good(now_s, record.time_s, record.fudge_s))
		return verdict_bad(ret, RCODE_BADTIME);
	if (record.mac.size < algorithms[ret->key->algorithm].size)
		return verdict_bad(ret, RCODE_BADTRUNC);
	return TSIG_GOOD;
}

/* --- Writing --- */

/* RFC 8945 5.3.2: an answer about a bad key or MAC must not be signed. */
static size_t mac_size_to_send(const struct tsig *tsig)
{
	bool is_signed = tsig->key != NULL && tsig->error != TSIG_BADSIG && tsig->error != RCODE_BADKEY;
	return is_signed ? algorithms[tsig->key->algorithm].size : 0;
}

size_t tsig_answer_size(const struct tsig *tsig)
{
	return name_of(tsig->key_name.wire).size + RECORD_FIXED_SIZE + name_of(tsig->algorithm_name.wire).size +
	       TSIG_FIXED_SIZE + mac_size_to_send(tsig) + (tsig->error == RCODE_BADTIME ? TSIG_OTHER_MAX : 0);
}

static int record_append(struct writer *message, const struct tsig_variables *variables, uint16_t original_id,
                         struct span mac)
{
	size_t rdata_size = variables->algorithm_name.size + TSIG_FIXED_SIZE + mac.size + variables->other.size;
	size_t size = variables->key_name.size + RECORD_FIXED_SIZE + rdata_size;
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

int tsig_sign_answer(const struct tsig *tsig, uint64_t now_s, struct writer *message)
{
	uint8_t mac[HMAC_SIZE_MAX], server_time[TSIG_OTHER_MAX];
	size_t mac_size = mac_size_to_send(tsig);
	struct tsig_variables variables = {.key_name = name_of(tsig->key_name.wire),
	                                   .algorithm_name = name_of(tsig->algorithm_name.wire),
	                                   .time_s = now_s,
	                                   .fudge_s = TSIG_FUDGE_S,
	                                   .error = tsig->error};
	/* RFC 8945 5.2.3: the client's time where it was signed, ours in Other Data. */
	if (tsig->error == RCODE_BADTIME) {
		store_u48(server_time, now_s);
		variables.time_s = tsig->time_s;
		variables.other = span_of(server_time, sizeof(server_time));
	}
	uint16_t id = load_u16(message->data);
	if (mac_size > 0) {
		variables.key_name = tsig->key->name;
		variables.algorithm_name = algorithm_name(tsig->key->algorithm);
		int err = digest_compute(tsig->key, tsig, writer_span(message), id, load_u16(message->data + 10),
		                         &variables, mac);
		if (err != ERR_OK)
			return err;
	}
	return record_append(message, &variables, id, span_of(mac, mac_size));
}

/* --- The client's side --- */

int tsig_sign_query(const struct tsig_key *key, uint64_t now_s, struct writer *message, struct tsig *ret)
{
	struct tsig_variables variables = {.key_name = key->name,
	                                   .algorithm_name = algorithm_name(key->algorithm),
	                                   .time_s = now_s,
	                                   .fudge_s = TSIG_FUDGE_S};
	uint16_t id = load_u16(message->data);
	struct tsig sent = {.key = key, .fudge_s = TSIG_FUDGE_S, .original_id = id, .time_s = now_s,
	                    .mac_size = algorithms[key->algorithm].size};
	int err = digest_compute(key, NULL, writer_span(message), id, load_u16(message->data + 10), &variables, sent.mac);
	if (err != ERR_OK)
		return err;
	err = record_append(message, &variables, id, span_of(sent.mac, sent.mac_size));
	if (err != ERR_OK)
		return err;
	name_copy(variables.key_name, &sent.key_name);
	name_copy(variables.algorithm_name, &sent.algorithm_name);
	*ret = sent;
	return ERR_OK;
}

int tsig_verify_answer(const struct tsig *sent, struct span message, size_t offset, uint64_t now_s,
                       uint16_t *ret_error)
{
	struct tsig_record record;
	uint8_t mac[HMAC_SIZE_MAX];
	if (!record_take(message, offset, &record))
		return ERR_SYNTAX;
	if (!name_equal(record.key_name, sent->key->name) ||
	    !name_equal(record.algorithm_name, algorithm_name(sent->key->algorithm)))
		return ERR_MISMATCH;
	/* RFC 8945 5.3.2: these two come unsigned, so they are hearsay; the caller may report them, not trust them. */
	if (record.mac.size == 0 && (record.error == TSIG_BADSIG || record.error == RCODE_BADKEY)) {
		*ret_error = record.error;
		return ERR_OK;
	}
	if (record.mac.size < algorithms[sent->key->algorithm].size || !is_mac_size_legal(sent->key, record.mac.size))
		return ERR_MISMATCH;
	int err = record_digest(sent->key, sent, message, offset, &record, mac);
	if (err != ERR_OK)
		return err;
	if (!hmac_equal(mac, record.mac.data, record.mac.size))
		return ERR_MISMATCH;
	if (record.error != RCODE_BADTIME && !is_time_good(now_s, record.time_s, record.fudge_s))
		return ERR_RANGE;
	*ret_error = record.error;
	return ERR_OK;
}
