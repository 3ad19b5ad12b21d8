/* SPDX-License-Identifier: BSD-2-Clause */
/* A transfer's messages, RFC 8945 5.3.1: as dnspython 2.3.0 signs them; the third is without TSIG. */
#include "dns/query.h"
#include "dns/rrtype.h"
#include "dns/tsig.h"
#include "tests/unit/cmocka_all.h"
#include "tests/unit/dns/hex.h"

#define NOW 1795318006
#define TSIG_OCTETS 81 /* of each record here */
#define MESSAGES 4

static const char *const request = "123400000001000000000001076578616d706c6503636f6d0000fc0001036b657904746573740000fa00ff0000000000"
		"3d0b686d61632d7368613235360000006b0260f6012c0020a64d8959c7e19a8dbd183e9df60f2a6f4e30f88f971203ea"
		"fc3f8920a71b1db5123400000000";
static const char *const stream[MESSAGES] = {
	"123484000001000100000001076578616d706c6503636f6d0000fc00010477777730c00c001c00010000012c00102001"
		"0db8000000000000000000000000036b657904746573740000fa00ff00000000003d0b686d61632d7368613235360000"
		"006b0260f6012c0020f50dc927b2c294024357daed801dd4e45f0da7e27874fdbd1329a6f9177f88c7123400000000",
	"1234840000000001000000010477777731076578616d706c6503636f6d00001c00010000012c001020010db800000000"
		"0000000000000001036b657904746573740000fa00ff00000000003d0b686d61632d7368613235360000006b0260f601"
		"2c0020420c073a185bece7f1051ec7382a73906f98a5f184860de0d9a924b123462de2123400000000",
	"1234840000000001000000000477777732076578616d706c6503636f6d00001c00010000012c001020010db800000000"
		"0000000000000002",
	"1234840000000001000000010477777733076578616d706c6503636f6d00001c00010000012c001020010db800000000"
		"0000000000000003036b657904746573740000fa00ff00000000003d0b686d61632d7368613235360000006b0260f601"
		"2c00202cf633a3eef587aa306332e1620a45cac4e6a30f505ca293181c0ea3695c6366123400000000",
};

static struct tsig_key *key_of(const char *secret)
{
	struct tsig_key *key;
	assert_int_equal(tsig_key_new(name_of((const uint8_t *)"\3key\4test"), TSIG_HMAC_SHA256, span_text(secret), &key), ERR_OK);
	return key;
}

static struct tsig request_verify(const struct tsig_key *key)
{
	static uint8_t octets[512];
	struct span message = span_of(octets, octets_of_hex(request, octets, sizeof(octets)));
	struct query query;
	struct tsig tsig;
	assert_int_equal(query_parse(message, &query), QUERY_OK);
	assert_int_equal(tsig_verify_request(&key, 1, message, query.tsig_offset, NOW, &tsig), TSIG_GOOD);
	return tsig;
}

/* The message and where its TSIG begins. */
static struct span message_of(unsigned index, uint8_t octets[512], size_t *ret_offset)
{
	size_t size = octets_of_hex(stream[index], octets, 512);
	*ret_offset = index == 2 ? 0 : size - TSIG_OCTETS;
	return span_of(octets, size);
}

static void the_first_two_are_signed_alike(void **state)
{
	struct tsig_key *key = key_of("0123456789abcdef0123456789abcdef");
	struct tsig_sender sender = {.tsig = request_verify(key)};
	for (unsigned i = 0; i < 2; i++) {
		uint8_t wanted[512], octets[512];
		size_t offset;
		struct span message = message_of(i, wanted, &offset);
		memcpy(octets, wanted, offset);
		store_u16(octets + 10, 0);
		struct writer out = {.data = octets, .size = offset, .capacity = message.size - 1};
		assert_int_equal(tsig_sign_stream(&sender, NOW, &out), ERR_SPACE);
		out.capacity = sizeof(octets);
		assert_int_equal(tsig_sign_stream(&sender, NOW, &out), ERR_OK);
		assert_int_equal(out.size, message.size);
		assert_memory_equal(octets, wanted, message.size);
	}
	tsig_key_free(key);
}

static struct tsig_receiver *receiver_of(const struct tsig_key *key)
{
	struct tsig sent = request_verify(key);
	struct tsig_receiver *receiver;
	assert_int_equal(tsig_receiver_new(&sent, &receiver), ERR_OK);
	return receiver;
}

static void a_stream_verifies(void **state)
{
	struct tsig_key *key = key_of("0123456789abcdef0123456789abcdef");
	struct tsig_receiver *receiver = receiver_of(key);
	for (unsigned i = 0; i < MESSAGES; i++) {
		uint8_t octets[512];
		size_t offset;
		uint16_t error = 99;
		struct span message = message_of(i, octets, &offset);
		assert_int_equal(tsig_receive(receiver, message, offset, NOW, &error), ERR_OK);
		assert_int_equal(error, 0);
		assert_int_equal(tsig_receiver_is_settled(receiver), i != 2);
	}
	tsig_receiver_free(receiver);
	tsig_key_free(key);
}

/* One bit of any message is another one, the unsigned one's too: it is seen at the next signature. */
static void every_message_is_covered(void **state)
{
	struct tsig_key *key = key_of("0123456789abcdef0123456789abcdef");
	for (unsigned forged = 0; forged < MESSAGES; forged++) {
		struct tsig_receiver *receiver = receiver_of(key);
		int err = ERR_OK;
		unsigned i;
		for (i = 0; i < MESSAGES && err == ERR_OK; i++) {
			uint8_t octets[512];
			size_t offset;
			uint16_t error;
			struct span message = message_of(i, octets, &offset);
			octets[14] ^= i == forged;
			err = tsig_receive(receiver, message, offset, NOW, &error);
		}
		assert_int_equal(err, ERR_MISMATCH);
		assert_int_equal(i - 1, forged == 2 ? 3 : forged);
		assert_false(tsig_receiver_is_settled(receiver));
		tsig_receiver_free(receiver);
	}
	tsig_key_free(key);
}

static void what_is_refused(void **state)
{
	struct tsig_key *key = key_of("0123456789abcdef0123456789abcdef");
	uint8_t octets[512];
	size_t offset;
	uint16_t error;
	/* A first message without a signature; and nothing is taken afterwards. */
	struct tsig_receiver *receiver = receiver_of(key);
	struct span message = message_of(0, octets, &offset);
	assert_int_equal(tsig_receive(receiver, message, 0, NOW, &error), ERR_MISMATCH);
	assert_int_equal(tsig_receive(receiver, message, offset, NOW, &error), ERR_MISMATCH);
	tsig_receiver_free(receiver);
	/* Another time. */
	receiver = receiver_of(key);
	assert_int_equal(tsig_receive(receiver, message, offset, NOW, &error), ERR_OK);
	message = message_of(1, octets, &offset);
	assert_int_equal(tsig_receive(receiver, message, offset, NOW + TSIG_FUDGE_S + 1, &error), ERR_RANGE);
	tsig_receiver_free(receiver);
	/* More than 99 without. */
	receiver = receiver_of(key);
	message = message_of(0, octets, &offset);
	assert_int_equal(tsig_receive(receiver, message, offset, NOW, &error), ERR_OK);
	message = message_of(2, octets, &offset);
	for (unsigned i = 0; i < TSIG_UNSIGNED_MAX; i++)
		assert_int_equal(tsig_receive(receiver, message, 0, NOW, &error), ERR_OK);
	assert_int_equal(tsig_receive(receiver, message, 0, NOW, &error), ERR_LIMIT);
	tsig_receiver_free(receiver);
	tsig_key_free(key);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_two_are_signed_alike),
		cmocka_unit_test(a_stream_verifies),
		cmocka_unit_test(every_message_is_covered),
		cmocka_unit_test(what_is_refused),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
