/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * What the two halves of TSIG share: the record taken apart and put on, and the octets that a MAC covers.
 * Values and stateless functions, for this folder alone.
 * Never decides whether a message is good.
 */
#ifndef DNS_TSIG_RECORD_H
#define DNS_TSIG_RECORD_H

#include "dns/tsig.h"

#include <stdatomic.h>

#define TSIG_RECORD_FIXED_SIZE 10 /* type, class, TTL, RDLENGTH */
#define TSIG_FIXED_SIZE 16        /* time, fudge, MAC size, original id, error, other size */

struct tsig_key {
	atomic_uint holders; /* beside the one who made it */
	struct name name;
	enum tsig_algorithm algorithm;
	struct hmac *hmac;
	struct name_buffer buffer;
};

/* RFC 8945 6. size: octets of MAC that are sent, and the fewest that are accepted. */
struct tsig_algorithm_row {
	const char *text;
	const char *wire;
	enum hmac_digest digest;
	uint8_t size;
};
extern const struct tsig_algorithm_row tsig_algorithms[TSIG_ALGORITHM_COUNT];
struct name tsig_algorithm_name(enum tsig_algorithm algorithm);

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

/* The record must be a TSIG and the last thing in the message. */
bool tsig_record_take(struct span message, size_t offset, struct tsig_record *ret);

static inline void store_u48(uint8_t *at, uint64_t value)
{
	store_u16(at, (uint16_t)(value >> 32));
	store_u32(at + 2, (uint32_t)value);
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

#define TSIG_MAC_FIELD_MAX (2 + HMAC_SIZE_MAX)
/* A MAC with its size before it, as what comes after is digested behind it. */
struct span tsig_mac_field(const struct tsig *tsig, uint8_t buffer[TSIG_MAC_FIELD_MAX]);
/* The header as it was before TSIG was added. */
void tsig_header_before(struct span message, uint16_t original_id, uint16_t additional_count, uint8_t ret[HEADER_SIZE]);

/*
 * RFC 8945 4.3: the request's MAC with its size (answers only; else NULL), the message as it was before TSIG was
 * added, under its original id, and the variables. ERR_CRYPTO.
 */
int tsig_digest(const struct tsig_key *key, const struct tsig *request, struct span message, uint16_t original_id,
                uint16_t additional_count, const struct tsig_variables *variables,
                uint8_t ret_mac[HMAC_SIZE_MAX]) MUST_USE;
/* The same of a record that was taken from the message, where it stands at offset. */
int tsig_record_digest(const struct tsig_key *key, const struct tsig *request, struct span message, size_t offset,
                       const struct tsig_record *record, uint8_t ret_mac[HMAC_SIZE_MAX]) MUST_USE;
/* ERR_SPACE: message is as it was. */
int tsig_record_append(struct writer *message, const struct tsig_variables *variables, uint16_t original_id,
                       struct span mac) MUST_USE;

/* RFC 8945 5.2.2.1: a MAC longer than the hash, or shorter than 10 octets or half of the hash, is malformed. */
bool tsig_is_mac_size_legal(const struct tsig_key *key, size_t size);

static inline bool tsig_is_time_good(uint64_t now_s, uint64_t time_s, uint16_t fudge_s)
{
	return (now_s > time_s ? now_s - time_s : time_s - now_s) <= fudge_s;
}

#endif
