/* SPDX-License-Identifier: BSD-2-Clause */
/* A reply to an information-request. The transaction is its own, so that all of them are read. */
#include "discover/dhcpv6.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const uint8_t none[DHCPV6_TRANSACTION_SIZE];
	struct dhcpv6_reply got;
	int err = dhcpv6_reply_read(span_of(data, size), size >= 4 ? data + 1 : none, &got);
	if (err != ERR_OK)
		return 0;
	REQUIRE(data[0] == 7);
	REQUIRE(got.server_count <= DHCPV6_MAX && got.domain_count <= DHCPV6_MAX && got.dnr_count <= DHCPV6_MAX);
	for (size_t i = 0; i < got.domain_count; i++) {
		struct span wire = span_of(got.domains[i].wire, sizeof(got.domains[i].wire));
		struct name name;
		REQUIRE(name_take(&wire, &name) == ERR_OK);
	}
	/* Its transaction with one bit turned is somebody else's. */
	const uint8_t other[] = {data[1] ^ 1, data[2], data[3]};
	REQUIRE(dhcpv6_reply_read(span_of(data, size), other, &got) == ERR_MISMATCH);
	return 0;
}
