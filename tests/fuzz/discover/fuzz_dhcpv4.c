/* SPDX-License-Identifier: BSD-2-Clause */
/* An answer to a DHCPINFORM. Transaction and hardware address are its own, so that all of them are read. */
#include "discover/dhcpv4.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct dhcpv4_client client = {0};
	struct dhcpv4_reply got;
	if (size >= 34) {
		client.transaction = load_u32(data + 4);
		memcpy(client.hardware, data + 28, sizeof(client.hardware));
	}
	if (dhcpv4_ack_read(span_of(data, size), &client, &got) != ERR_OK)
		return 0;
	REQUIRE(data[0] == 2);
	REQUIRE(got.lease.server_count <= LEASE_SERVERS_MAX && got.domain_count <= DHCPV4_MAX);
	for (size_t i = 0; i < got.domain_count; i++) {
		struct span wire = span_of(got.domains[i].wire, sizeof(got.domains[i].wire));
		struct name name;
		REQUIRE(name_take(&wire, &name) == ERR_OK);
	}
	/* With one bit turned it is the answer to somebody else. */
	client.transaction ^= 1;
	REQUIRE(dhcpv4_ack_read(span_of(data, size), &client, &got) == ERR_MISMATCH);
	return 0;
}
