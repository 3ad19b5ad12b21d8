/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/zonefile_parser.h"

#include "ip/addr.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>

#define EXCERPT_MAX 400 /* octets of a line that a finding keeps */

struct zonefile_spot zonefile_spot_of(const struct rdata_token *token)
{
	return (struct zonefile_spot){
		.at = token->text.data, .line = token->line, .column = token->column, .width = (uint32_t)token->text.size,
	};
}

struct zonefile_spot zonefile_spot_behind(const struct rdata_token *token)
{
	uint32_t size = (uint32_t)token->text.size + (token->is_quoted ? 1 : 0);
	return (struct zonefile_spot){
		.at = token->text.data + size, .line = token->line, .column = token->column + size, .width = 1,
	};
}

void zonefile_show(struct span text, char ret_shown[ZONEFILE_SHOWN_MAX])
{
	size_t used = 0;
	for (size_t i = 0; i < text.size; i++) {
		bool is_shown_raw = text.data[i] >= 0x20 && text.data[i] != 0x7f;
		if (used + 8 > ZONEFILE_SHOWN_MAX) {
			memcpy(ret_shown + used, "...", 3);
			used += 3;
			break;
		}
		if (is_shown_raw)
			ret_shown[used++] = (char)text.data[i];
		else
			used += (size_t)snprintf(ret_shown + used, 5, "\\%03u", text.data[i]);
	}
	ret_shown[used] = 0;
}

struct span zonefile_source_line(const struct zonefile_source *source, const struct zonefile_spot *spot)
{
	const uint8_t *start = spot->at - (spot->column - 1);
	size_t size = (size_t)(source->text.data + source->text.size - start);
	if (size > EXCERPT_MAX)
		size = EXCERPT_MAX;
	const uint8_t *newline = memchr(start, '\n', size);
	if (newline != NULL)
		size = (size_t)(newline - start);
	if (size > 0 && start[size - 1] == '\r')
		size--;
	return span_of(start, size);
}

struct finding *zonefile_report(struct zonefile_parser *parser, enum finding_code code, struct zonefile_spot spot,
                                const char *fix, const char *cause_format, ...)
{
	if (finding_row(code)->severity == SEVERITY_ERROR)
		parser->error_count++;
	if (parser->reported >= ZONEFILE_FINDINGS_MAX) {
		parser->withheld++;
		return NULL;
	}
	parser->reported++;
	char cause[512];
	va_list arguments;
	va_start(arguments, cause_format);
	int written = vsnprintf(cause, sizeof(cause), cause_format, arguments);
	va_end(arguments);
	struct span line = zonefile_source_line(parser->source, &spot);
	if (parser->generate_spot != NULL) {
		/* The text at fault was made by $GENERATE: show what it was, and point to the line that made it. */
		size_t used = written < 0 ? 0 : (size_t)written;
		if (used < sizeof(cause) - 1)
			snprintf(cause + used, sizeof(cause) - used, " $GENERATE made: %.*s", (int)line.size, line.data);
		spot = *parser->generate_spot;
		line = parser->generate_line;
	}
	struct place place = {
		.file = parser->source->path, .line = spot.line, .column = spot.column, .width = spot.width,
	};
	struct finding *finding = finding_add(parser->findings, code, place, parser->subject, fix, "%s", cause);
	if (finding != NULL)
		finding_set_excerpt(parser->findings, finding, (const char *)line.data, line.size);
	return finding;
}

void zonefile_report_fault(struct zonefile_parser *parser, const struct zonefile_fault *fault)
{
	struct zonefile_spot spot = {.at = fault->at, .line = fault->line, .column = fault->column, .width = 1};
	zonefile_report(parser, fault->is_limit ? FINDING_ZONE_LIMIT : FINDING_ZONE_SYNTAX, spot, fault->fix, "%s",
	                fault->cause);
}

void zonefile_report_withheld(struct zonefile_parser *parser)
{
	if (parser->withheld == 0)
		return;
	struct place place = {.file = parser->options->path};
	finding_add(parser->findings, FINDING_ZONE_LIMIT, place, parser->subject,
	            "mend those that are shown first: one fault often causes others",
	            "%zu more findings in this zone's files are not shown.", parser->withheld);
}

struct unreadable {
	int err;
	const char *cause; /* NULL: the system's own text */
	const char *fix;
};

static const struct unreadable unreadables[] = {
	{-ENOENT, "there is no such file", "check the path; a relative one starts at the folder of the file that names it"},
	{-EACCES, NULL, "let the user that reads it read the file and enter its folders"},
	{-EPERM, NULL, "let the user that reads it read the file and enter its folders"},
	{-EISDIR, "it is a folder", "name a file in it"},
	{-ENOTDIR, NULL, "check the path: a part of it is a file"},
	{-EINVAL, "it is neither a file nor a pipe", "name a regular file"},
	{-ENODATA, "it is empty", "write the zone's records into it, or restore it from its source"},
};

void zonefile_report_unreadable(struct zonefile_parser *parser, const char *path, const struct zonefile_spot *spot,
                                int err)
{
	const char *cause = err_text(err), *fix = NULL;
	for (size_t i = 0; i < sizeof(unreadables) / sizeof(unreadables[0]); i++) {
		if (unreadables[i].err != err)
			continue;
		if (unreadables[i].cause != NULL)
			cause = unreadables[i].cause;
		fix = unreadables[i].fix;
	}
	if (spot != NULL) {
		zonefile_report(parser, FINDING_ZONE_FILE, *spot, fix, "%s cannot be read: %s.", path, cause);
		return;
	}
	parser->error_count++;
	struct place place = {.file = path};
	finding_add(parser->findings, FINDING_ZONE_FILE, place, parser->subject, fix, "%s cannot be read: %s.", path,
	            cause);
}

struct example {
	uint16_t type;
	const char *text;
};

/* How each type is written; shown when one is written wrong. */
static const struct example examples[] = {
	{RR_AAAA, "AAAA 2001:db8::1"},
	{RR_A, "A 192.0.2.1"},
	{RR_NS, "NS ns1.example.com."},
	{RR_CNAME, "CNAME www.example.com."},
	{RR_DNAME, "DNAME example.net."},
	{RR_PTR, "PTR www.example.com."},
	{RR_SOA, "SOA ns1.example.com. hostmaster.example.com. ( 2026010101 3600 900 1209600 300 )"},
	{RR_MX, "MX 10 mail.example.com."},
	{RR_TXT, "TXT \"v=spf1 mx -all\""},
	{RR_HINFO, "HINFO \"cpu\" \"os\""},
	{RR_SRV, "SRV 0 5 443 www.example.com."},
	{RR_NAPTR, "NAPTR 100 10 \"S\" \"SIP+D2U\" \"\" _sip._udp.example.com."},
	{RR_KX, "KX 10 kx.example.com."},
	{RR_DS, "DS 12345 13 2 <64 hex digits>"},
	{RR_CDS, "CDS 12345 13 2 <64 hex digits>"},
	{RR_DNSKEY, "DNSKEY 257 3 13 <base64>"},
	{RR_CDNSKEY, "CDNSKEY 257 3 13 <base64>"},
	{RR_RRSIG, "RRSIG AAAA 13 2 300 20261231235959 20261201000000 12345 example.com. <base64>"},
	{RR_NSEC, "NSEC next.example.com. AAAA RRSIG NSEC"},
	{RR_NSEC3, "NSEC3 1 0 0 - <32 base32hex characters> AAAA RRSIG"},
	{RR_NSEC3PARAM, "NSEC3PARAM 1 0 0 -"},
	{RR_SVCB, "SVCB 1 . alpn=\"dot\" ipv6hint=2001:db8::1"},
	{RR_HTTPS, "HTTPS 1 . alpn=\"h3,h2\" ipv6hint=2001:db8::1"},
	{RR_CAA, "CAA 0 issue \"ca.example.net\""},
};

/* The address that a token is, if it is one. */
static bool token_address(const struct rdata_token *token, struct ip_addr *ret)
{
	char text[IP_ADDR_TEXT_MAX];
	if (token->is_quoted || token->text.size >= sizeof(text))
		return false;
	memcpy(text, token->text.data, token->text.size);
	text[token->text.size] = 0;
	return strchr(text, '%') == NULL && ip_addr_from_text(text, ret) == ERR_OK;
}

void zonefile_report_rdata(struct zonefile_parser *parser, uint16_t type, const struct rdata_token *tokens,
                           size_t count, const struct rdata_error *error)
{
	/* tokens[-1] is the type itself. */
	struct zonefile_spot spot =
		error->token < count ? zonefile_spot_of(&tokens[error->token]) : zonefile_spot_behind(&tokens[(ptrdiff_t)count - 1]);
	char fix[160];
	snprintf(fix, sizeof(fix), "correct the %s", error->field != NULL ? error->field : "field");
	for (size_t i = 0; i < sizeof(examples) / sizeof(examples[0]); i++) {
		if (examples[i].type == type)
			snprintf(fix, sizeof(fix), "write it like this: %s", examples[i].text);
	}
	struct ip_addr addr;
	if ((type == RR_A || type == RR_AAAA) && error->token < count && token_address(&tokens[error->token], &addr) &&
	    (addr.family == FAMILY_IPV6) != (type == RR_AAAA))
		snprintf(fix, sizeof(fix), "this is an %s address: its type is %s", family_title(addr.family),
		         addr.family == FAMILY_IPV6 ? "AAAA" : "A");
	zonefile_report(parser, FINDING_ZONE_SYNTAX, spot, fix, "%s", error->message);
}

void zonefile_report_no_type(struct zonefile_parser *parser, const struct rdata_token *token)
{
	char shown[ZONEFILE_SHOWN_MAX], fix[160];
	zonefile_show(token->text, shown);
	struct ip_addr addr;
	if (token_address(token, &addr)) {
		snprintf(fix, sizeof(fix), "write the type in front of the address: %s",
		         addr.family == FAMILY_IPV6 ? "AAAA" : "A");
		zonefile_report(parser, FINDING_ZONE_SYNTAX, zonefile_spot_of(token), fix,
		                "A record type is expected here, not the address %s.", shown);
		return;
	}
	if (token->text.size > 0 && token->text.data[0] >= '0' && token->text.data[0] <= '9') {
		zonefile_report(parser, FINDING_ZONE_SYNTAX, zonefile_spot_of(token),
		                "write a TTL as 3600 or 1h, then the record's type",
		                "\"%s\" is neither a TTL nor a record type.", shown);
		return;
	}
	zonefile_report(parser, FINDING_ZONE_SYNTAX, zonefile_spot_of(token),
	                "write a type such as AAAA, A, NS or TXT here, or TYPE65280 for one that has no name",
	                "\"%s\" is no record type.", shown);
}
