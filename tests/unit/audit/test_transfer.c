/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/transfer.h"
#include "base/writer.h"
#include "dns/header.h"
#include "dns/name.h"
#include "dns/rrtype.h"
#include "tests/unit/cmocka_all.h"

struct record {
	const char *owner; /* wire form */
	uint16_t type;
	const char *rdata;
	size_t size;
};

#define SOA_RDATA "\0\0\0\0\0\7\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1"
static const struct record soa = {"\7example\0", RR_SOA, SOA_RDATA, 22};
static const struct record newer = {"\7example\0", RR_SOA, "\0\0\0\0\0\10\0\0\0\1\0\0\0\1\0\0\0\1\0\0\0\1", 22};
static const struct record ns = {"\7example\0", RR_NS, "\3NS1\7example\0", 13};
static const struct record ns_lower = {"\7EXAMPLE\0", RR_NS, "\3ns1\7example\0", 13};
static const struct record www = {"\3www\7example\0", RR_A, "\300\0\2\1", 4};
static const struct record www_other = {"\3www\7example\0", RR_A, "\300\0\2\2", 4};

/* One message with these records. */
static enum transfer_state take(struct transfer *transfer, uint16_t flags, const struct record *const *records,
				size_t count)
{
	uint8_t octets[512];
	struct writer out = writer_of(octets, sizeof(octets));
	writer_u16(&out, 1);
	writer_u16(&out, HEADER_QR | flags);
	writer_u16(&out, 1);
	writer_u16(&out, (uint16_t)count);
	writer_u32(&out, 0);
	writer_bytes(&out, (const uint8_t *)soa.owner, 9);
	writer_u16(&out, RR_AXFR);
	writer_u16(&out, CLASS_IN);
	for (size_t i = 0; i < count; i++) {
		struct name owner = name_of((const uint8_t *)records[i]->owner);
		writer_bytes(&out, owner.wire, owner.size);
		writer_u16(&out, records[i]->type);
		writer_u16(&out, CLASS_IN);
		writer_u32(&out, 60);
		writer_u16(&out, (uint16_t)records[i]->size);
		writer_bytes(&out, (const uint8_t *)records[i]->rdata, records[i]->size);
	}
	return transfer_take(transfer, writer_span(&out));
}

/* The records of one transfer, so many in each message: its digest. */
static void digest_of(const struct record *const *records, size_t count, size_t in_message,
		      uint8_t ret[TRANSFER_DIGEST_SIZE])
{
	struct transfer *transfer = transfer_new();
	enum transfer_state state = TRANSFER_MORE;
	for (size_t i = 0; i < count; i += in_message) {
		assert_int_equal(state, TRANSFER_MORE);
		state = take(transfer, 0, records + i, count - i < in_message ? count - i : in_message);
	}
	assert_int_equal(state, TRANSFER_DONE);
	assert_int_equal(transfer_records(transfer), count - 1);
	assert_int_equal(transfer_digest(transfer, ret), ERR_OK);
	transfer_free(transfer);
}

static void test_order_split_and_case_do_not_matter(void **state)
{
	static const struct record *const one[] = {&soa, &ns, &www, &soa}, *const two[] = {&soa, &www, &ns_lower, &soa};
	uint8_t first[TRANSFER_DIGEST_SIZE], second[TRANSFER_DIGEST_SIZE];
	digest_of(one, 4, 4, first);
	for (size_t in_message = 1; in_message <= 4; in_message++) {
		digest_of(two, 4, in_message, second);
		assert_memory_equal(first, second, sizeof(first));
	}
}

static void test_each_record_counts(void **state)
{
	static const struct record *const rows[][4] = {
		{&soa, &ns, &www, &soa}, {&soa, &ns, &www_other, &soa}, {&newer, &ns, &www, &newer}, {&soa, &ns, &ns, &soa}};
	uint8_t digests[4][TRANSFER_DIGEST_SIZE];
	for (int i = 0; i < 4; i++) {
		digest_of(rows[i], 4, 2, digests[i]);
		for (int j = 0; j < i; j++)
			assert_memory_not_equal(digests[i], digests[j], sizeof(digests[i]));
	}
}

static void test_what_is_no_transfer(void **state)
{
	static const struct {
		const struct record *records[3];
		size_t count;
		uint16_t flags;
		enum transfer_state state;
	} rows[] = {
		{{NULL}, 0, RCODE_REFUSED, TRANSFER_REFUSED}, {{NULL}, 0, 0, TRANSFER_REFUSED},
		{{&ns}, 1, 0, TRANSFER_REFUSED},              {{&soa, &www}, 2, 0, TRANSFER_MORE},
		{{&soa, &www, &newer}, 3, 0, TRANSFER_BROKEN}, /* it changed under way */
		{{&soa, &soa}, 2, RCODE_REFUSED, TRANSFER_REFUSED},
	};
	uint8_t first[2048];
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct transfer *transfer = transfer_new();
		assert_int_equal(take(transfer, rows[i].flags, rows[i].records, rows[i].count), rows[i].state);
		size_t size = transfer_first(transfer, first, sizeof(first));
		assert_int_equal(size, HEADER_SIZE + 13 + (rows[i].count == 0 ? 0 : rows[i].records[0]->size + 19));
		assert_int_equal(load_u16(first + 6), rows[i].count > 0);
		transfer_free(transfer);
	}
	struct transfer *transfer = transfer_new();
	assert_int_equal(transfer_take(transfer, span_text("no message at all")), TRANSFER_BROKEN);
	transfer_free(transfer);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_order_split_and_case_do_not_matter),
		cmocka_unit_test(test_each_record_counts),
		cmocka_unit_test(test_what_is_no_transfer),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
