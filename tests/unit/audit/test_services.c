/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks.h"
#include "audit/service.h"
#include "tests/unit/cmocka_all.h"

#define NAME(text) name_of((const uint8_t *)(text))
#define WWW NAME("\3www\7example\0")

static const struct chain good = {
	.zone = {(const uint8_t *)"\7example\0", 9, 1}, .state = CHAIN_GOOD, .culprit = &good};
static const struct chain broken = {.zone = {(const uint8_t *)"\7example\0", 9, 1},
				    .state = CHAIN_BROKEN,
				    .cause = CAUSE_NO_GLUE,
				    .culprit = &broken};
static const struct rrset some; /* that there are records; their octets are in the addresses */
static const struct inventory_row meant = {.name = {(const uint8_t *)"\3www\7example\0", 13, 2}, .line = 7};

/* One address of each family, each with a PTR that leads back. */
static void service_good(struct service *service, const struct inventory_row *row)
{
	*service = (struct service){.row = row, .host = {.name = WWW, .canonical = WWW}};
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		struct service_address *address = &service->host.addresses[family][0];
		address->addr = (struct ip_addr){.family = family, .bytes = {0x26, 8, 9}};
		address->ptr = SERVICE_PTR_GOOD;
		address->ptr_name = WWW;
		service->host.counts[family] = 1;
		service->host.rrsets[family] = &some;
		service->host.is_known[family] = service->is_known[family] = service->is_there[family] = true;
		service->host.zones[family] = address->zones[family] = &good;
	}
}

/* "P05 notice, P01 warning" */
static void found(const struct service *service, struct text *out)
{
	struct finding_list *findings = finding_list_new();
	checks_service(service, "inventory", findings);
	for (size_t i = 0; i < finding_count(findings); i++) {
		const struct finding *finding = finding_at(findings, i);
		text_addf(out, "%s%s %s", i > 0 ? ", " : "", finding_row(finding->code)->code,
			  severity_text(finding->severity));
		assert_int_equal(finding->place.line, service->row->line);
	}
	finding_list_free(findings);
}

#define ASSERT_FOUND(service, codes)                                                                                   \
	do {                                                                                                           \
		struct text told = {0};                                                                                \
		found(service, &told);                                                                                 \
		assert_string_equal(text_string(&told), codes);                                                        \
		text_free(&told);                                                                                      \
	} while (0)

static void aaaa_none(struct service *service)
{
	service->host.counts[FAMILY_IPV6] = 0;
	service->host.rrsets[FAMILY_IPV6] = NULL;
	service->is_there[INVENTORY_AAAA] = false;
}

static void test_families(void **state)
{
	struct inventory_row row = meant;
	struct service service;
	service_good(&service, &row);
	ASSERT_FOUND(&service, "");
	aaaa_none(&service);
	ASSERT_FOUND(&service, "P05 notice");
	row.has_types = row.wants[INVENTORY_AAAA] = true;
	ASSERT_FOUND(&service, "P05 warning");
	row.wants[INVENTORY_AAAA] = false;
	row.wants[INVENTORY_A] = true; /* IPv4 alone, on purpose */
	ASSERT_FOUND(&service, "");
	row.wants[INVENTORY_MX] = service.is_known[INVENTORY_MX] = true;
	ASSERT_FOUND(&service, "P09 error");
	service.is_known[INVENTORY_MX] = false; /* not seen is not missing */
	ASSERT_FOUND(&service, "");
	service_good(&service, &row);
	service.host.addresses[FAMILY_IPV6][0].addr = (struct ip_addr){.bytes = {0, 0x64, 0xff, 0x9b, [15] = 1}};
	service.is_known[INVENTORY_MX] = service.is_there[INVENTORY_MX] = true;
	ASSERT_FOUND(&service, "P07 error");
}

static void test_reverse(void **state)
{
	static const struct inventory_row usual = {.name = {(const uint8_t *)"\3www\7example\0", 13, 2}};
	struct service service;
	struct service_host mail;
	service_good(&service, &meant);
	struct service_address *address = &service.host.addresses[FAMILY_IPV6][0];
	address->ptr = SERVICE_PTR_MISSING;
	ASSERT_FOUND(&service, "P01 warning");
	service.row = &usual;
	ASSERT_FOUND(&service, "P01 notice");
	address->is_undelegated = true;
	ASSERT_FOUND(&service, "P03 notice");
	service.row = &meant;
	ASSERT_FOUND(&service, "P03 warning");
	address->is_undelegated = false;
	address->short_owner = NAME("\1"
				    "1\3ip6\4arpa\0");
	ASSERT_FOUND(&service, "P02 error, P01 warning");
	address->ptr = SERVICE_PTR_STRAY;
	ASSERT_FOUND(&service, "P01 warning");
	address->ptr = SERVICE_PTR_UNKNOWN;
	ASSERT_FOUND(&service, "");
	address->zones[FAMILY_IPV4] = &broken;
	ASSERT_FOUND(&service, "P03 error");
	service_good(&service, &meant);
	mail = service.host;
	mail.addresses[FAMILY_IPV4][0].ptr = SERVICE_PTR_MISSING;
	mail.addresses[FAMILY_IPV6][0].ptr = SERVICE_PTR_STRAY;
	service.mail[service.mail_count++] = &mail;
	ASSERT_FOUND(&service, "P04 warning, P04 warning");
}

static void test_the_way(void **state)
{
	const struct chain untested = {.state = CHAIN_UNTESTED, .culprit = &untested};
	struct service service;
	service_good(&service, &meant);
	service.host.zones[FAMILY_IPV6] = &broken;
	ASSERT_FOUND(&service, "D10 error");
	service.host.zones[FAMILY_IPV6] = service.host.zones[FAMILY_IPV4] = &untested;
	ASSERT_FOUND(&service, "V01 notice");
	service_good(&service, &meant);
	service.host.is_absent = true;
	aaaa_none(&service);
	ASSERT_FOUND(&service, "P09 error, P05 notice");
	service_good(&service, &meant);
	service.host.secure[FAMILY_IPV4][FAMILY_IPV6] =
		(struct secure){.is_known = true, .security = SECURITY_BOGUS, .reason = "expired"};
	service.host.secure[FAMILY_IPV4][FAMILY_IPV4] = (struct secure){.is_known = true, .security = SECURITY_SECURE};
	ASSERT_FOUND(&service, "S01 error");
}

/* P03: what is wrong with a reverse zone is summed up; only errors count, by what they are and not by their row. */
static void test_reverse_zone(void **state)
{
	const struct view view = {.zone = WWW};
	struct finding_list *findings = finding_list_new();
	finding_add(findings, FINDING_TCP_SILENT, (struct place){0}, NULL, NULL, "of another zone");
	size_t before = finding_count(findings);
	struct finding *finding = finding_add(findings, FINDING_ADDRESS_SPECIAL, (struct place){0}, NULL, NULL, "x");
	finding->severity = SEVERITY_NOTICE;
	checks_reverse(&view, before, findings);
	assert_int_equal(finding_count(findings), before + 1);
	for (int i = 0; i < 2; i++)
		finding_add(findings, FINDING_SERVERS_IPV6, (struct place){0}, NULL, NULL, "x");
	checks_reverse(&view, before, findings);
	const struct finding *last = finding_at(findings, before + 3);
	assert_string_equal(last->cause,
			    "The reverse zone www.example, of addresses of the inventory, has errors: D02.");
	finding_list_free(findings);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(test_families),
		cmocka_unit_test(test_reverse),
		cmocka_unit_test(test_the_way),
		cmocka_unit_test(test_reverse_zone),
	};
	return cmocka_run_group_tests(tests, NULL, NULL);
}
