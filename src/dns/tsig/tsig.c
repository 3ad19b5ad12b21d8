/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/tsig/record.h"

#include <errno.h>
#include <stdlib.h>
#include <strings.h>

const char *tsig_algorithm_text(enum tsig_algorithm algorithm)
{
	return tsig_algorithms[algorithm].text;
}

int tsig_algorithm_from_text(const char *text, enum tsig_algorithm *ret)
{
	size_t size = strlen(text);
	if (size > 0 && text[size - 1] == '.')
		size--;
	for (enum tsig_algorithm i = 0; i < TSIG_ALGORITHM_COUNT; i++)
		if (strlen(tsig_algorithms[i].text) == size && strncasecmp(text, tsig_algorithms[i].text, size) == 0) {
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
	int err = hmac_new(tsig_algorithms[algorithm].digest, secret, &key->hmac);
	if (err != ERR_OK) {
		free(key);
		return err;
	}
	key->name = name_lower(name, &key->buffer);
	key->algorithm = algorithm;
	*ret = key;
	return ERR_OK;
}

const struct tsig_key *tsig_key_hold(const struct tsig_key *key)
{
	atomic_fetch_add_explicit(&((struct tsig_key *)(uintptr_t)key)->holders, 1, memory_order_relaxed);
	return key;
}

void tsig_key_free(struct tsig_key *key)
{
	if (key == NULL || atomic_fetch_sub_explicit(&key->holders, 1, memory_order_acq_rel) != 0)
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

/* --- The server's side --- */

static const struct tsig_key *key_find(const struct tsig_key *const *keys, size_t count,
                                       const struct tsig_record *record)
{
	for (size_t i = 0; i < count; i++)
		if (name_equal(keys[i]->name, record->key_name) &&
		    name_equal(tsig_algorithm_name(keys[i]->algorithm), record->algorithm_name))
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
	if (!tsig_record_take(message, offset, &record))
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
	if (!tsig_is_mac_size_legal(ret->key, record.mac.size))
		return TSIG_MALFORMED;
	if (tsig_record_digest(ret->key, NULL, message, offset, &record, mac) != ERR_OK)
		return TSIG_BROKEN;
	if (!hmac_equal(mac, record.mac.data, record.mac.size))
		return verdict_bad(ret, TSIG_BADSIG);
	ret->mac_size = (uint16_t)record.mac.size;
	memcpy(ret->mac, record.mac.data, record.mac.size);
	if (!tsig_is_time_good(now_s, record.time_s, record.fudge_s))
		return verdict_bad(ret, RCODE_BADTIME);
	if (record.mac.size < tsig_algorithms[ret->key->algorithm].size)
		return verdict_bad(ret, RCODE_BADTRUNC);
	return TSIG_GOOD;
}

/* --- Writing --- */

/* RFC 8945 5.3.2: an answer about a bad key or MAC must not be signed. */
static size_t mac_size_to_send(const struct tsig *tsig)
{
	bool is_signed = tsig->key != NULL && tsig->error != TSIG_BADSIG && tsig->error != RCODE_BADKEY;
	return is_signed ? tsig_algorithms[tsig->key->algorithm].size : 0;
}

size_t tsig_answer_size(const struct tsig *tsig)
{
	return name_of(tsig->key_name.wire).size + TSIG_RECORD_FIXED_SIZE + name_of(tsig->algorithm_name.wire).size +
	       TSIG_FIXED_SIZE + mac_size_to_send(tsig) + (tsig->error == RCODE_BADTIME ? TSIG_OTHER_MAX : 0);
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
		variables.algorithm_name = tsig_algorithm_name(tsig->key->algorithm);
		int err = tsig_digest(tsig->key, tsig, writer_span(message), id, load_u16(message->data + 10),
		                         &variables, mac);
		if (err != ERR_OK)
			return err;
	}
	return tsig_record_append(message, &variables, id, span_of(mac, mac_size));
}

/* --- The client's side --- */

int tsig_sign_query(const struct tsig_key *key, uint64_t now_s, struct writer *message, struct tsig *ret)
{
	struct tsig_variables variables = {.key_name = key->name,
	                                   .algorithm_name = tsig_algorithm_name(key->algorithm),
	                                   .time_s = now_s,
	                                   .fudge_s = TSIG_FUDGE_S};
	uint16_t id = load_u16(message->data);
	struct tsig sent = {.key = key, .fudge_s = TSIG_FUDGE_S, .original_id = id, .time_s = now_s,
	                    .mac_size = tsig_algorithms[key->algorithm].size};
	int err = tsig_digest(key, NULL, writer_span(message), id, load_u16(message->data + 10), &variables, sent.mac);
	if (err != ERR_OK)
		return err;
	err = tsig_record_append(message, &variables, id, span_of(sent.mac, sent.mac_size));
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
	if (!tsig_record_take(message, offset, &record))
		return ERR_SYNTAX;
	if (!name_equal(record.key_name, sent->key->name) ||
	    !name_equal(record.algorithm_name, tsig_algorithm_name(sent->key->algorithm)))
		return ERR_MISMATCH;
	/* RFC 8945 5.3.2: these two come unsigned, so they are hearsay; the caller may report them, not trust them. */
	if (record.mac.size == 0 && (record.error == TSIG_BADSIG || record.error == RCODE_BADKEY)) {
		*ret_error = record.error;
		return ERR_OK;
	}
	if (record.mac.size < tsig_algorithms[sent->key->algorithm].size || !tsig_is_mac_size_legal(sent->key, record.mac.size))
		return ERR_MISMATCH;
	int err = tsig_record_digest(sent->key, sent, message, offset, &record, mac);
	if (err != ERR_OK)
		return err;
	if (!hmac_equal(mac, record.mac.data, record.mac.size))
		return ERR_MISMATCH;
	if (record.error != RCODE_BADTIME && !tsig_is_time_good(now_s, record.time_s, record.fudge_s))
		return ERR_RANGE;
	*ret_error = record.error;
	return ERR_OK;
}
