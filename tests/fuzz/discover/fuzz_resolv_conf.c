/* SPDX-License-Identifier: BSD-2-Clause */
/* resolv.conf: texts end, and a file read twice over has every server twice, up to what fits. */
#include "discover/resolv_conf.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct resolv_conf once, twice;
	if (size == 0)
		return 0;
	resolv_conf_read(span_of(data, size), &once);
	REQUIRE(memchr(once.search, '\0', sizeof(once.search)) != NULL);
	REQUIRE(memchr(once.options, '\0', sizeof(once.options)) != NULL);
	REQUIRE(once.server_count <= RESOLV_CONF_SERVERS_MAX && once.unscoped <= once.server_count);
	uint8_t *copy = malloc(2 * size + 1);
	REQUIRE(copy != NULL);
	memcpy(copy, data, size);
	copy[size] = '\n';
	memcpy(copy + size + 1, data, size);
	resolv_conf_read(span_of(copy, 2 * size + 1), &twice);
	size_t wanted = 2 * once.server_count;
	REQUIRE(twice.server_count == (wanted < RESOLV_CONF_SERVERS_MAX ? wanted : RESOLV_CONF_SERVERS_MAX));
	REQUIRE(strcmp(once.search, twice.search) == 0);
	free(copy);
	return 0;
}
