/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/audit.h"

#include "dns/rdata.h"

#include <stdlib.h>
#include <string.h>

/* Delegations that the command line gives. */

struct given *audit_given_add(struct audit *audit)
{
	/* Doubled at each power of two. */
	if ((audit->given_count & (audit->given_count - 1)) == 0) {
		size_t capacity = audit->given_count == 0 ? 1 : audit->given_count * 2;
		struct given *grown = realloc(audit->given, capacity * sizeof(*grown));
		if (grown == NULL)
			return NULL;
		audit->given = grown;
	}
	struct given *given = &audit->given[audit->given_count++];
	*given = (struct given){0};
	return given;
}

/* "ns1.example.com/2001:db8::53", or a name alone. */
static int server_take(struct audit *audit, const char *text, struct given_server *ret)
{
	char name_text[NAME_TEXT_MAX];
	struct name_buffer buffer;
	struct name name;
	const char *slash = strchr(text, '/');
	size_t size = slash != NULL ? (size_t)(slash - text) : strlen(text);
	if (size >= sizeof(name_text))
		return cli_usage_error(audit->cli, "--ns %s: the name is too long", text);
	memcpy(name_text, text, size);
	name_text[size] = '\0';
	*ret = (struct given_server){0};
	if (name_from_text(span_text(name_text), name_root, &buffer, &name, NULL) != ERR_OK)
		return cli_usage_error(audit->cli, "--ns %s: %s is no domain name", text, name_text);
	if (slash != NULL && ip_endpoint_from_text(slash + 1, audit->options.port, &ret->endpoint) != ERR_OK)
		return cli_usage_error(audit->cli, "--ns %s: %s is no address", text, slash + 1);
	return audit_name_keep(audit, name, &ret->name) == ERR_OK ? EXIT_OK : EXIT_INTERNAL;
}

static int servers_take(struct audit *audit)
{
	const char *const *texts;
	size_t count = cli_values(audit->cli, "ns", &texts);
	if (count == 0)
		return EXIT_OK;
	if (audit->count != 1)
		return cli_usage_error(audit->cli, "--ns is the delegation of one zone; give one DOMAIN");
	struct given_server *servers =
		arena_alloc_zeroed(audit->arena, count * sizeof(*servers), _Alignof(struct given_server));
	struct given *given = servers != NULL ? audit_given_add(audit) : NULL;
	if (given == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < count; i++) {
		int code = server_take(audit, texts[i], &servers[i]);
		if (code != EXIT_OK)
			return code;
	}
	*given = (struct given){
		.zone = audit->targets[0].zone, .servers = servers, .server_count = count, .is_literal = true};
	return EXIT_OK;
}

/* --- Who else is asked --- */

int audit_validators_take(struct audit *audit)
{
	const char *const *texts;
	size_t count = cli_values(audit->cli, "validator", &texts);
	struct ip_endpoint *validators =
		arena_alloc_zeroed(audit->arena, count * sizeof(*validators) + 1, _Alignof(struct ip_endpoint));
	if (validators == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < count; i++) {
		if (ip_endpoint_from_text(texts[i], 53, &validators[i]) != ERR_OK)
			return cli_usage_error(audit->cli, "--validator %s: ADDRESS or ADDRESS@PORT of a resolver",
					       texts[i]);
	}
	audit->options.validators = validators;
	audit->options.validator_count = count;
	return EXIT_OK;
}

/* --- DS --- */

#define DS_TOKENS_MAX 16 /* a digest may be written in parts */
#define DS_MAX 64        /* octets: four before the digest, which is at most 48 */

static size_t tokens_of(const char *text, struct rdata_token tokens[DS_TOKENS_MAX])
{
	size_t count = 0;
	for (text += strspn(text, " \t"); *text != '\0' && count < DS_TOKENS_MAX; text += strspn(text, " \t")) {
		size_t size = strcspn(text, " \t");
		tokens[count++] = (struct rdata_token){.text = span_of((const uint8_t *)text, size), .line = 1};
		text += size;
	}
	return count;
}

/* Of the others a length cannot be known, nor whether anybody has use for them. */
static bool is_digest_known(uint8_t type)
{
	return type == 1 || type == 2 || type == 4;
}

static int ds_take(struct audit *audit, const char *text, struct writer *out)
{
	struct rdata_token tokens[DS_TOKENS_MAX];
	struct rdata_error error = {0};
	uint8_t rdata[DS_MAX] = {0};
	struct writer read = writer_of(rdata, sizeof(rdata));
	int err = rdata_from_text(RR_DS, tokens, tokens_of(text, tokens), name_root, &read, &error);
	if (err != ERR_OK)
		return cli_usage_error(audit->cli, "--ds \"%s\": %s", text,
				       error.message[0] != '\0' ? error.message : "TAG ALGORITHM DIGESTTYPE DIGEST");
	if (!is_digest_known(rdata[3]))
		return cli_usage_error(audit->cli,
				       "--ds \"%s\": digest type %u; 1 (SHA-1), 2 (SHA-256) and 4 (SHA-384) are known",
				       text, rdata[3]);
	writer_u16(out, RR_DS);
	writer_u16(out, CLASS_IN);
	writer_u32(out, 0);
	writer_u16(out, (uint16_t)read.size);
	writer_bytes(out, rdata, read.size);
	return EXIT_OK;
}

static int ds_set_take(struct audit *audit)
{
	const char *const *texts;
	size_t count = cli_values(audit->cli, "ds", &texts);
	if (count == 0)
		return EXIT_OK;
	if (audit->count != 1)
		return cli_usage_error(audit->cli, "--ds is the DS of one zone; give one DOMAIN");
	if (audit->options.anchors == NULL)
		return cli_usage_error(audit->cli,
				       "--ds: nothing is validated without a trust anchor; name one with --anchor");
	size_t room = count * (RRSET_RECORD_HEADER + DS_MAX);
	struct rrset *ds = arena_alloc_zeroed(audit->arena, sizeof(*ds) + room, _Alignof(struct rrset));
	struct given *given = audit->given_count > 0 ? audit->given : audit_given_add(audit);
	if (ds == NULL || given == NULL)
		return EXIT_INTERNAL;
	struct writer out = writer_of(ds->records, room);
	for (size_t i = 0; i < count; i++) {
		int code = ds_take(audit, texts[i], &out);
		if (code != EXIT_OK)
			return code;
	}
	ds->type = RR_DS;
	ds->count = (uint16_t)count;
	ds->size = (uint32_t)out.size;
	given->zone = audit->targets[0].zone;
	given->has_ds = true;
	given->ds = ds;
	return EXIT_OK;
}

int audit_given_take(struct audit *audit)
{
	int code = servers_take(audit);
	return code == EXIT_OK ? ds_set_take(audit) : code;
}
