/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/host_news.h"

#include "base/writer.h"
#include "tests/unit/cmocka_all.h"

#include <linux/netlink.h>
#include <linux/rtnetlink.h>

static const uint8_t option[] = {38, 2, 7, 8, 0, 0x64, 0xff, 0x9b, 0, 0, 0, 0, 0, 0, 0, 0};
static const uint8_t source[] = {0xfe, 0x80, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0x42};

/* A message of the kernel's: header, payload, padding. */
static void add(struct writer *out, uint16_t type, const struct writer *payload)
{
	static const uint8_t zeros[4];
	struct nlmsghdr header = {.nlmsg_len = (uint32_t)(sizeof(header) + payload->size), .nlmsg_type = type};
	writer_bytes(out, &header, sizeof(header));
	writer_bytes(out, payload->data, payload->size);
	writer_bytes(out, zeros, NLMSG_ALIGN(payload->size) - payload->size);
	assert_false(out->is_full);
}

struct said { /* of an options message; what the kernel makes unless a test says otherwise */
	uint8_t family, icmp_type, icmp_code;
	size_t options_size, claimed, source_size;
	uint16_t attribute;
};
static const struct said usual = {AF_INET6, 134, 0, sizeof(option), sizeof(option), sizeof(source), NDUSEROPT_SRCADDR};

static void add_options(struct writer *out, struct said said)
{
	uint8_t octets[256];
	struct writer payload = writer_of(octets, sizeof(octets));
	struct nduseroptmsg header = {.nduseropt_family = said.family,
	                              .nduseropt_opts_len = (uint16_t)said.claimed,
	                              .nduseropt_ifindex = 3,
	                              .nduseropt_icmp_type = said.icmp_type,
	                              .nduseropt_icmp_code = said.icmp_code};
	struct rtattr attribute = {.rta_len = (uint16_t)(sizeof(attribute) + said.source_size),
	                           .rta_type = said.attribute};
	writer_bytes(&payload, &header, sizeof(header));
	writer_bytes(&payload, option, said.options_size);
	writer_bytes(&payload, &attribute, sizeof(attribute));
	writer_bytes(&payload, source, said.source_size);
	add(out, RTM_NEWNDUSEROPT, &payload);
}

static struct host_news read(const struct writer *out)
{
	struct host_news news = {0};
	host_news_read(writer_span(out), &news);
	return news;
}

static void a_prefix(void **state)
{
	uint8_t octets[4096];
	struct writer out = writer_of(octets, sizeof(octets));
	add_options(&out, usual);
	add_options(&out, usual);
	struct host_news news = read(&out);
	assert_false(news.is_incomplete);
	assert_int_equal(news.pref64_count, 2);
	const struct ndopt_pref64 *heard = &news.pref64s[1];
	char text[IP_PREFIX_TEXT_MAX];
	ip_prefix_to_text(&heard->pref64.prefix, text);
	assert_string_equal(text, "64:ff9b::/96");
	assert_int_equal(heard->lifetime_s, 1800);
	assert_int_equal(heard->pref64.interface, 3);
	assert_int_equal(heard->pref64.router.scope, 3);
	assert_memory_equal(heard->pref64.router.bytes, source, 16);
	assert_false(news.is_address_changed[FAMILY_IPV6] || news.is_route_changed[FAMILY_IPV6]);
	/* News add up over datagrams; when there is no more room, that is told. */
	for (int i = 0; i < HOST_NEWS_PREF64_MAX; i++)
		host_news_read(writer_span(&out), &news);
	assert_int_equal(news.pref64_count, HOST_NEWS_PREF64_MAX);
	assert_true(news.is_incomplete);
}

static void options_of_others(void **state)
{
	struct said rows[] = {usual, usual, usual, usual, usual, usual};
	rows[0].family = AF_INET;
	rows[1].icmp_type = 137;
	rows[2].icmp_code = 1;
	rows[3].claimed = 200;   /* longer than the message */
	rows[4].source_size = 4; /* no IPv6 address */
	rows[5].attribute = 9;   /* no source at all */
	for (size_t i = 0; i < 6; i++) {
		uint8_t octets[256];
		struct writer out = writer_of(octets, sizeof(octets));
		add_options(&out, rows[i]);
		struct host_news news = read(&out);
		assert_int_equal(news.pref64_count, 0);
		assert_int_equal(news.is_incomplete, i >= 3);
	}
}

static void changes(void **state)
{
	static const struct {
		uint16_t type;
		uint8_t family;
		uint32_t flags;
		bool address6, address4, route6, route4;
	} rows[] = {
		{RTM_NEWADDR, AF_INET6, 0, true, false, false, false},
		{RTM_DELADDR, AF_INET6, 0, true, false, false, false},
		{RTM_NEWADDR, AF_INET, 0, false, true, false, false},
		{RTM_NEWROUTE, AF_INET6, 0, false, false, true, false},
		{RTM_DELROUTE, AF_INET, 0, false, false, false, true},
		{RTM_NEWROUTE, AF_INET6, RTM_F_CLONED, false, false, false, false},
		{RTM_NEWROUTE, AF_BRIDGE, 0, false, false, false, false},
		{RTM_NEWLINK, AF_UNSPEC, 0, false, false, false, false},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint8_t octets[256], inner[64];
		struct writer out = writer_of(octets, sizeof(octets)), payload = writer_of(inner, sizeof(inner));
		struct rtmsg route = {.rtm_family = rows[i].family, .rtm_flags = rows[i].flags};
		struct ifaddrmsg address = {.ifa_family = rows[i].family};
		if (rows[i].type == RTM_NEWADDR || rows[i].type == RTM_DELADDR)
			writer_bytes(&payload, &address, sizeof(address));
		else
			writer_bytes(&payload, &route, sizeof(route));
		add(&out, rows[i].type, &payload);
		struct host_news news = read(&out);
		assert_false(news.is_incomplete);
		assert_int_equal(news.is_address_changed[FAMILY_IPV6], rows[i].address6);
		assert_int_equal(news.is_address_changed[FAMILY_IPV4], rows[i].address4);
		assert_int_equal(news.is_route_changed[FAMILY_IPV6], rows[i].route6);
		assert_int_equal(news.is_route_changed[FAMILY_IPV4], rows[i].route4);
	}
}

static void broken_datagrams(void **state)
{
	uint8_t octets[4096];
	struct writer out = writer_of(octets, sizeof(octets));
	add_options(&out, usual);
	size_t first = out.size;
	add_options(&out, usual);
	/* Cut anywhere within the second message, the first still counts. */
	for (size_t size = first + 1; size < out.size; size++) {
		struct host_news news = {0};
		host_news_read(span_of(octets, size), &news);
		assert_int_equal(news.pref64_count, 1);
		assert_true(news.is_incomplete);
	}
	/* A length below that of the header would never end. */
	struct nlmsghdr tiny = {.nlmsg_len = 4, .nlmsg_type = NLMSG_NOOP};
	struct host_news news = {0};
	host_news_read(span_of(&tiny, sizeof(tiny)), &news);
	assert_true(news.is_incomplete);
	news = (struct host_news){0};
	host_news_read(span_of(octets, 0), &news);
	assert_false(news.is_incomplete);
}

static void options_one_by_one(void **state)
{
	uint8_t octets[4096];
	struct writer out = writer_of(octets, sizeof(octets));
	struct said other = usual;
	other.icmp_type = 137;
	add_options(&out, usual);
	add_options(&out, other);
	add_options(&out, usual);
	struct span datagram = writer_span(&out);
	struct host_options said;
	for (int i = 0; i < 2; i++) {
		assert_int_equal(host_news_next_options(&datagram, &said), ERR_OK);
		assert_true(span_equal(said.options, span_of(option, sizeof(option))));
		assert_memory_equal(said.router.bytes, source, 16);
		assert_int_equal(said.interface, 3);
	}
	assert_int_equal(host_news_next_options(&datagram, &said), ERR_NOT_FOUND);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_prefix),
		cmocka_unit_test(options_of_others),
		cmocka_unit_test(changes),
		cmocka_unit_test(broken_datagrams),
		cmocka_unit_test(options_one_by_one),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
