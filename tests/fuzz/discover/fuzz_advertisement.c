/* SPDX-License-Identifier: BSD-2-Clause */
/* A router advertisement: what comes out is within its limits, names are names, prefixes usable, DNR as RFC 9463 has it. */
#include "discover/advertisement.h"
#include "dns/svcb.h"
#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check_name(const struct name_buffer *buffer)
{
	struct span wire = span_of(buffer->wire, sizeof(buffer->wire));
	struct name name;
	REQUIRE(name_take(&wire, &name) == ERR_OK && !name_is_root(name));
}

static void check_dnr(const struct dnr_resolver *dnr)
{
	struct svcb_fault fault;
	check_name(&dnr->name);
	REQUIRE(dnr->address_count <= DNR_ADDRESSES_MAX && dnr->params_size <= DNR_PARAMS_MAX);
	REQUIRE((dnr->address_count > 0) == (dnr->params_size > 0));
	REQUIRE(svcb_check(span_of(dnr->params, dnr->params_size), &fault) == ERR_OK);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct advertisement got = {.router = {.family = FAMILY_IPV6, .scope = 3, .bytes = {0xfe, 0x80, [15] = 1}}, .interface = 3};
	if (advertisement_read(span_of(data, size), &got) != ERR_OK)
		return 0;
	REQUIRE(got.has_header != got.is_broken);
	REQUIRE(got.server_count <= ADVERTISEMENT_MAX && got.pref64_count <= ADVERTISEMENT_MAX);
	for (size_t i = 0; i < got.server_count; i++)
		REQUIRE(got.servers[i].addr.scope == (ip_addr_is_link_local(&got.servers[i].addr) ? 3 : 0));
	for (size_t i = 0; i < got.domain_count; i++)
		check_name(&got.domains[i].name);
	for (size_t i = 0; i < got.pref64_count; i++)
		REQUIRE(pref64_is_usable(&got.pref64s[i].pref64.prefix));
	for (size_t i = 0; i < got.dnr_count; i++)
		check_dnr(&got.dnrs[i]);
	/* The same again says nothing new. */
	struct advertisement again = got;
	REQUIRE(advertisement_read(span_of(data, size), &again) == ERR_OK && again.malformed == got.malformed);
	REQUIRE(again.server_count == got.server_count && again.domain_count == got.domain_count);
	REQUIRE(again.pref64_count == got.pref64_count && again.dnr_count == got.dnr_count);
	return 0;
}
