/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * TSIG: messages signed and checked with a shared secret (RFC 8945), every HMAC algorithm of its registry.
 * Keys are owned (tsig_key_new, tsig_key_free) and read-only once made; struct tsig is a value, one for each exchange.
 * Never decides what a key may do, and never accepts a MAC shorter than its algorithm's name promises.
 */
#ifndef DNS_TSIG_H
#define DNS_TSIG_H

#include "base/writer.h"
#include "crypto/hmac.h"
#include "dns/header.h"
#include "dns/name.h"

#define TSIG_FUDGE_S 300 /* RFC 8945 10 */
#define TSIG_OTHER_MAX 6 /* octets: the server's time in a BADTIME answer */

enum tsig_algorithm {
	TSIG_HMAC_SHA256, TSIG_HMAC_SHA512, TSIG_HMAC_SHA384, TSIG_HMAC_SHA224, TSIG_HMAC_SHA1, TSIG_HMAC_MD5,
	TSIG_HMAC_SHA256_128, TSIG_HMAC_SHA384_192, TSIG_HMAC_SHA512_256, TSIG_ALGORITHM_COUNT
};

/* "hmac-sha256" in any case, with or without the final dot; "hmac-md5" for hmac-md5.sig-alg.reg.int. ERR_NOT_FOUND. */
int tsig_algorithm_from_text(const char *text, enum tsig_algorithm *ret) MUST_USE;
const char *tsig_algorithm_text(enum tsig_algorithm algorithm); /* "hmac-sha256" */

struct tsig_key;
/* ERR_CRYPTO, -ENOMEM. */
int tsig_key_new(struct name name, enum tsig_algorithm algorithm, struct span secret, struct tsig_key **ret) MUST_USE;
/* Keys are counted: one more who will call tsig_key_free; any thread. */
const struct tsig_key *tsig_key_hold(const struct tsig_key *key);
void tsig_key_free(struct tsig_key *key); /* lets go; NULL is fine */
struct name tsig_key_name(const struct tsig_key *key); /* in lower case; borrowed */
enum tsig_algorithm tsig_key_algorithm(const struct tsig_key *key);

/* What one side knows of a signed exchange. */
struct tsig {
	const struct tsig_key *key; /* NULL: not one of ours; the names below say what was asked for */
	uint16_t error;             /* enum rcode: 0, RCODE_BADVERS (as BADSIG), _BADKEY, _BADTIME, _BADTRUNC */
	uint16_t fudge_s;
	uint16_t original_id;
	uint64_t time_s;            /* as signed, 48 bits */
	uint16_t mac_size;
	uint8_t mac[HMAC_SIZE_MAX]; /* the request's, which the answer's covers */
	struct name_buffer key_name;       /* as the message has them */
	struct name_buffer algorithm_name;
};

#define TSIG_BADSIG RCODE_BADVERS /* RFC 8945 5.2.2: the number 16 has two names */

enum tsig_verdict {
	TSIG_GOOD,
	TSIG_BAD,       /* answer NOTAUTH, signed by tsig_sign_answer: tsig->error says why (RFC 8945 5.2) */
	TSIG_MALFORMED, /* answer FORMERR without TSIG */
	TSIG_BROKEN     /* the crypto library failed: SERVFAIL */
};

/* --- The server's side --- */

/* message: the whole request; offset: of its TSIG's owner (struct query, tsig_offset). now_s: since 1970. */
enum tsig_verdict tsig_verify_request(const struct tsig_key *const *keys, size_t count, struct span message,
                                      size_t offset, uint64_t now_s, struct tsig *ret);
/* Octets that tsig_sign_answer will append: to be kept free when the answer is built. */
size_t tsig_answer_size(const struct tsig *tsig);
/*
 * Appends TSIG to a finished answer and counts it. Unsigned where the key or the MAC was bad (RFC 8945 5.3.2), with
 * the server's time when only the time was. ERR_SPACE, ERR_CRYPTO: message is as it was.
 */
int tsig_sign_answer(const struct tsig *tsig, uint64_t now_s, struct writer *message) MUST_USE;

/* --- The client's side --- */

/* Appends TSIG to a finished query; ret is for tsig_verify_answer. ERR_SPACE, ERR_CRYPTO: message is as it was. */
int tsig_sign_query(const struct tsig_key *key, uint64_t now_s, struct writer *message, struct tsig *ret) MUST_USE;
/*
 * message: the whole answer; offset: of its TSIG's owner. *ret_error: the server's TSIG error, 0 when there is none.
 * ERR_SYNTAX; ERR_MISMATCH: another key, or the MAC is wrong or missing; ERR_RANGE: the time is; ERR_CRYPTO.
 */
int tsig_verify_answer(const struct tsig *sent, struct span message, size_t offset, uint64_t now_s,
                       uint16_t *ret_error) MUST_USE;

/* --- Answers of many messages, a transfer's: RFC 8945 5.3.1 --- */

#define TSIG_UNSIGNED_MAX 99 /* messages in a row */

struct tsig_sender { /* a value: zeroed, tsig set from the request's */
	struct tsig tsig;
	bool is_begun;
};

/* Signs the next message; each covers the one before. A TSIG of tsig_stream_size octets. ERR_SPACE, ERR_CRYPTO. */
int tsig_sign_stream(struct tsig_sender *sender, uint64_t now_s, struct writer *message) MUST_USE;

/* The other side. Owned: tsig_receiver_new, tsig_receiver_free (NULL is fine). */
struct tsig_receiver;
int tsig_receiver_new(const struct tsig *sent, struct tsig_receiver **ret) MUST_USE; /* ERR_CRYPTO, -ENOMEM */
void tsig_receiver_free(struct tsig_receiver *receiver);
/*
 * The next whole message; offset: of its TSIG's owner, 0: it has none, which only messages behind the first may.
 * *ret_error: the server's TSIG error, 0 when there is none. ERR_SYNTAX, ERR_MISMATCH, ERR_RANGE, ERR_CRYPTO as
 * tsig_verify_answer; ERR_LIMIT: too many unsigned ones in a row. After an error nothing is taken any more.
 */
int tsig_receive(struct tsig_receiver *receiver, struct span message, size_t offset, uint64_t now_s,
                 uint16_t *ret_error) MUST_USE;
/* Was the last one signed? The last of all has to be. */
bool tsig_receiver_is_settled(const struct tsig_receiver *receiver);

#endif
