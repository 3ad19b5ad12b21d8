/* SPDX-License-Identifier: BSD-2-Clause */
/* A lease file in any of its forms: the servers are IPv4 addresses, at most as many as fit. */
#include "discover/lease.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct lease got;
	if (lease_read(span_of(data, size), "eth0", &got) != ERR_OK)
		return 0;
	REQUIRE(got.server_count <= LEASE_SERVERS_MAX);
	for (size_t i = 0; i < got.server_count; i++)
		REQUIRE(got.servers[i].family == FAMILY_IPV4);
	REQUIRE(got.is_ipv6_only_preferred || got.ipv6_only_wait_s == 0 || got.malformed > 0);
	return 0;
}
