/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * First octet even: the rest is a router advertisement. Odd: a datagram of rtnetlink. Prefixes that come out must be
 * usable; options must lie within the octets and cover all that was walked.
 */
#include "discover/host_news.h"

#include "tests/fuzz/require.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void check(const struct ndopt_pref64 *heard, size_t count)
{
	for (size_t i = 0; i < count; i++) {
		REQUIRE(pref64_is_usable(&heard[i].pref64.prefix));
		REQUIRE(heard[i].lifetime_s <= 65528 && heard[i].lifetime_s % 8 == 0);
		REQUIRE(heard[i].pref64.source == PREF64_RA);
	}
}

static void from_advertisement(struct span message)
{
	struct ip_addr router = {.family = FAMILY_IPV6, .bytes = {0xfe, 0x80, [15] = 1}};
	struct ndopt_pref64 heard[4];
	struct span options, option;
	if (ndopt_of_advertisement(message, &router, &options) != ERR_OK)
		return;
	check(heard, ndopt_pref64s(options, &router, 1, heard, 4));
	const uint8_t *at = options.data;
	while (ndopt_next(&options, &option) == ERR_OK) {
		REQUIRE(option.data == at && option.size >= 8 && option.size == option.data[1] * 8u);
		at += option.size;
		REQUIRE(at <= message.data + message.size);
	}
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	if (size == 0)
		return 0;
	if (data[0] % 2 == 0) {
		from_advertisement(span_of(data + 1, size - 1));
		return 0;
	}
	struct host_news news = {0};
	host_news_read(span_of(data + 1, size - 1), &news);
	REQUIRE(news.pref64_count <= HOST_NEWS_PREF64_MAX);
	check(news.pref64s, news.pref64_count);
	return 0;
}
