/* SPDX-License-Identifier: BSD-2-Clause */
#include "dns/serve/chaos.h"

#include "dns/rrtype.h"

#define CHARACTER_STRING_MAX 255 /* octets, RFC 1035 3.3 */

enum server_fact { SERVER_IDENTITY, SERVER_VERSION };

static const struct {
	struct name name;
	enum server_fact fact;
} server_names[] = {
	{{(const uint8_t *)"\002id\006server", 11, 2}, SERVER_IDENTITY},
	{{(const uint8_t *)"\010hostname\004bind", 15, 2}, SERVER_IDENTITY},
	{{(const uint8_t *)"\007version\006server", 16, 2}, SERVER_VERSION},
	{{(const uint8_t *)"\007version\004bind", 14, 2}, SERVER_VERSION},
};

static const char *fact_text(const char *identity, const char *version, struct name name)
{
	for (size_t i = 0; i < sizeof(server_names) / sizeof(*server_names); i++)
		if (name_equal(server_names[i].name, name))
			return server_names[i].fact == SERVER_IDENTITY ? identity : version;
	return NULL;
}

uint16_t chaos_answer(const char *identity, const char *version, const struct query *query, struct builder *builder)
{
	const char *text = fact_text(identity, version, query->qname);
	if (text == NULL)
		return RCODE_REFUSED;
	builder_flag(builder, HEADER_AA);
	if (query->qtype != RR_TXT && query->qtype != RR_ANY)
		return RCODE_NOERROR;
	uint8_t rdata[1 + CHARACTER_STRING_MAX];
	size_t size = strnlen(text, CHARACTER_STRING_MAX);
	rdata[0] = (uint8_t)size;
	memcpy(rdata + 1, text, size);
	/* RFC 4892 3: class CH, TTL 0. */
	if (!builder_record(builder, SECTION_ANSWER, query->qname, BUILDER_QUESTION, RR_TXT, CLASS_CH, 0,
	                    span_of(rdata, size + 1)))
		builder_flag(builder, HEADER_TC);
	return RCODE_NOERROR;
}
