/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/tsig/record.h"

#include <errno.h>
#include <stdlib.h>

#define TIMERS_SIZE 8 /* time signed, fudge */

/* RFC 8945 5.3.1: behind the first message the variables are the timers alone. */
static struct span timers(uint64_t time_s, uint16_t fudge_s, uint8_t buffer[TIMERS_SIZE])
{
	store_u48(buffer, time_s);
	store_u16(buffer + 6, fudge_s);
	return span_of(buffer, TIMERS_SIZE);
}

/* --- Sending --- */

static int next_digest(const struct tsig *tsig, uint64_t now_s, struct span message, uint8_t ret_mac[HMAC_SIZE_MAX])
{
	uint8_t before[TSIG_MAC_FIELD_MAX], clock[TIMERS_SIZE];
	const struct span parts[] = {tsig_mac_field(tsig, before), message, timers(now_s, TSIG_FUDGE_S, clock)};
	return hmac_compute(tsig->key->hmac, parts, sizeof(parts) / sizeof(parts[0]), ret_mac);
}

int tsig_sign_stream(struct tsig_sender *sender, uint64_t now_s, struct writer *message)
{
	struct tsig *tsig = &sender->tsig;
	const struct tsig_variables variables = {.key_name = tsig->key->name,
	                                         .algorithm_name = tsig_algorithm_name(tsig->key->algorithm),
	                                         .time_s = now_s,
	                                         .fudge_s = TSIG_FUDGE_S};
	uint16_t id = load_u16(message->data);
	uint8_t mac[HMAC_SIZE_MAX];
	int err = sender->is_begun ? next_digest(tsig, now_s, writer_span(message), mac)
	                           : tsig_digest(tsig->key, tsig, writer_span(message), id, load_u16(message->data + 10),
	                                         &variables, mac);
	if (err != ERR_OK)
		return err;
	uint16_t size = tsig_algorithms[tsig->key->algorithm].size;
	err = tsig_record_append(message, &variables, id, span_of(mac, size));
	if (err != ERR_OK)
		return err;
	sender->is_begun = true;
	tsig->mac_size = size;
	memcpy(tsig->mac, mac, size);
	return ERR_OK;
}

/* --- Receiving --- */

struct tsig_receiver {
	struct tsig tsig;     /* the request's, then with the MAC of the last signed message */
	struct hmac_run *run; /* what the next MAC covers, as far as it has come */
	unsigned unsigned_count;
	bool is_begun, is_failed;
};

int tsig_receiver_new(const struct tsig *sent, struct tsig_receiver **ret)
{
	struct tsig_receiver *receiver = calloc(1, sizeof(*receiver));
	if (receiver == NULL)
		return -ENOMEM;
	receiver->tsig = *sent;
	int err = hmac_run_new(sent->key->hmac, &receiver->run);
	if (err != ERR_OK) {
		free(receiver);
		return err;
	}
	*ret = receiver;
	return ERR_OK;
}

void tsig_receiver_free(struct tsig_receiver *receiver)
{
	if (receiver == NULL)
		return;
	hmac_run_free(receiver->run);
	free(receiver);
}

bool tsig_receiver_is_settled(const struct tsig_receiver *receiver)
{
	return receiver->is_begun && !receiver->is_failed && receiver->unsigned_count == 0;
}

/* What the next MAC covers begins with the one before. */
static int mac_keep(struct tsig_receiver *receiver, struct span mac)
{
	uint8_t before[TSIG_MAC_FIELD_MAX];
	receiver->tsig.mac_size = (uint16_t)mac.size;
	memcpy(receiver->tsig.mac, mac.data, mac.size);
	return hmac_run_add(receiver->run, tsig_mac_field(&receiver->tsig, before));
}

static int take_first(struct tsig_receiver *receiver, struct span message, size_t offset, uint64_t now_s,
                      uint16_t *ret_error)
{
	struct tsig_record record;
	int err = tsig_verify_answer(&receiver->tsig, message, offset, now_s, ret_error);
	if (err != ERR_OK)
		return err;
	if (!tsig_record_take(message, offset, &record) || *ret_error != 0)
		return ERR_MISMATCH;
	receiver->is_begun = true;
	return mac_keep(receiver, record.mac);
}

static int take_unsigned(struct tsig_receiver *receiver, struct span message)
{
	if (++receiver->unsigned_count > TSIG_UNSIGNED_MAX)
		return ERR_LIMIT;
	return hmac_run_add(receiver->run, message);
}

static bool is_record_ours(const struct tsig *tsig, const struct tsig_record *record)
{
	return name_equal(record->key_name, tsig->key->name) &&
	       name_equal(record->algorithm_name, tsig_algorithm_name(tsig->key->algorithm)) &&
	       record->mac.size >= tsig_algorithms[tsig->key->algorithm].size &&
	       tsig_is_mac_size_legal(tsig->key, record->mac.size);
}

static int take_signed(struct tsig_receiver *receiver, struct span message, size_t offset, uint64_t now_s,
                       uint16_t *ret_error)
{
	struct tsig_record record;
	uint8_t header[HEADER_SIZE], clock[TIMERS_SIZE], mac[HMAC_SIZE_MAX];
	if (!tsig_record_take(message, offset, &record))
		return ERR_SYNTAX;
	if (!is_record_ours(&receiver->tsig, &record))
		return ERR_MISMATCH;
	tsig_header_before(message, record.original_id, (uint16_t)(load_u16(message.data + 10) - 1), header);
	const struct span parts[] = {span_of(header, HEADER_SIZE), span_of(message.data + HEADER_SIZE, offset - HEADER_SIZE),
	                             timers(record.time_s, record.fudge_s, clock)};
	int err = ERR_OK;
	for (size_t i = 0; i < sizeof(parts) / sizeof(parts[0]) && err == ERR_OK; i++)
		err = hmac_run_add(receiver->run, parts[i]);
	if (err == ERR_OK)
		err = hmac_run_take(receiver->run, mac);
	if (err != ERR_OK)
		return err;
	if (!hmac_equal(mac, record.mac.data, record.mac.size))
		return ERR_MISMATCH;
	if (!tsig_is_time_good(now_s, record.time_s, record.fudge_s))
		return ERR_RANGE;
	*ret_error = record.error;
	receiver->unsigned_count = 0;
	return mac_keep(receiver, record.mac);
}

int tsig_receive(struct tsig_receiver *receiver, struct span message, size_t offset, uint64_t now_s, uint16_t *ret_error)
{
	int err = ERR_MISMATCH;
	*ret_error = 0;
	if (receiver->is_failed)
		return err;
	if (!receiver->is_begun)
		err = offset == 0 ? ERR_MISMATCH : take_first(receiver, message, offset, now_s, ret_error);
	else
		err = offset == 0 ? take_unsigned(receiver, message)
		                  : take_signed(receiver, message, offset, now_s, ret_error);
	receiver->is_failed = err != ERR_OK;
	return err;
}
