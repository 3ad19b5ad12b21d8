/* SPDX-License-Identifier: BSD-2-Clause */
/* Files of sites: taken or refused with a place inside them; whatever is found has a name of printable characters. */
#include "signals/sites.h"
#include "tests/fuzz/require.h"

#include <string.h>

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_text(const char *text, size_t most)
{
	REQUIRE(strlen(text) >= 1 && strlen(text) <= most);
	for (; *text != '\0'; text++)
		REQUIRE(*text >= ' ' && *text <= '~');
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct sites *sites;
	struct sites_fault fault;
	int err = sites_parse(span_of(data, size), &sites, &fault);
	if (err == ERR_SYNTAX) {
		REQUIRE(fault.line >= 1 && fault.column >= 1 && fault.line + fault.column <= size + 2);
		check_text(fault.message, SITES_MESSAGE_MAX - 1);
	}
	if (err != ERR_OK)
		return 0;
	for (size_t at = 0; at + 16 <= size; at += 16) {
		struct ip_addr addr = {.family = at % 32 == 0 ? FAMILY_IPV6 : FAMILY_IPV4};
		memcpy(addr.bytes, data + at, addr.family == FAMILY_IPV6 ? 16 : 4);
		const char *name = sites_find(sites, &addr);
		if (name != NULL)
			check_text(name, SITE_NAME_MAX);
	}
	sites_free(sites);
	return 0;
}
