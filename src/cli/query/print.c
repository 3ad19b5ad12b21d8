/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/query/print.h"

#include "dns/rdata.h"

static const char *const transport_titles[TRANSPORT_COUNT] = {[TRANSPORT_UDP] = "UDP", [TRANSPORT_TCP] = "TCP"};

void query_ede_to_text(const struct edns_ede *ede, struct text *out)
{
	text_addf(out, "EDE %u (%s)", (unsigned)ede->code, ede_text(ede->code));
	if (ede->text.size > 0)
		text_add(out, ": ");
	for (size_t i = 0; i < ede->text.size; i++) {
		uint8_t octet = ede->text.data[i];
		text_add_char(out, octet >= 0x20 && octet < 0x7f ? (char)octet : '?');
	}
}

static void tsig_add(const struct query_reply *reply, struct text *out)
{
	static const char *const texts[] = {
		[QUERY_TSIG_GOOD] = "the answer is signed by our key",
		[QUERY_TSIG_MISSING] = "THE ANSWER IS NOT SIGNED",
		[QUERY_TSIG_BAD] = "THE ANSWER'S SIGNATURE IS WRONG",
		[QUERY_TSIG_REFUSED] = "the server refused our signature",
	};
	if (reply->tsig == QUERY_TSIG_NONE)
		return;
	text_addf(out, ";; TSIG: %s", texts[reply->tsig]);
	if (reply->tsig == QUERY_TSIG_REFUSED) {
		char error[HEADER_TEXT_MAX];
		rcode_to_text(reply->tsig_error, error);
		text_addf(out, ": %s", reply->tsig_error == TSIG_BADSIG ? "BADSIG" : error);
	}
	text_add_char(out, '\n');
}

void query_reply_to_text(const struct query_question *question, const struct query_reply *reply, struct text *out)
{
	char server[IP_ENDPOINT_TEXT_MAX], name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	ip_endpoint_to_text(&reply->server, server);
	if (reply->error != ERR_OK) {
		name_to_text(question->name, name);
		rrtype_to_text(question->type, type);
		text_addf(out, ";; %s %s: %s over %s, %s: %s\n", name, type, server, family_title(reply->server.addr.family),
		          transport_titles[reply->transport], query_error_text(reply->error));
		return;
	}
	message_to_text(&reply->message, out);
	text_addf(out, "\n;; from %s over %s, %s: %zu octets in %.1f ms\n", server,
	          family_title(reply->server.addr.family), transport_titles[reply->transport],
	          reply->message.octets.size, (double)reply->duration_us / 1000.0);
	if (reply->was_truncated)
		text_add(out, ";; truncated over UDP, so asked again over TCP\n");
	if (reply->strays > 0)
		text_addf(out, ";; %u datagrams were not the answer and were ignored\n", reply->strays);
	tsig_add(reply, out);
}

void query_reply_to_short(const struct query_question *question, const struct query_reply *reply, struct text *out)
{
	struct message_place place = {0};
	struct message_item item;
	while (reply->error == ERR_OK && message_next(&reply->message, &place, &item) == ERR_OK) {
		uint8_t octets[RDATA_MAX];
		struct writer rdata = writer_of(octets, sizeof(octets));
		bool is_wanted = item.section == SECTION_ANSWER &&
		                 (item.type == question->type || question->type == RR_ANY);
		if (!is_wanted || message_rdata(&reply->message, &item, &rdata) != ERR_OK)
			continue;
		rdata_to_text(item.type, writer_span(&rdata), out);
		text_add_char(out, '\n');
	}
}

void query_reply_to_json(const struct query_question *question, const struct query_reply *reply,
                         struct json_writer *json)
{
	static const char *const tsig_texts[] = {[QUERY_TSIG_GOOD] = "good", [QUERY_TSIG_MISSING] = "missing",
	                                         [QUERY_TSIG_BAD] = "bad", [QUERY_TSIG_REFUSED] = "refused"};
	char server[IP_ADDR_TEXT_MAX], name[NAME_TEXT_MAX], type[RRTYPE_TEXT_MAX];
	ip_addr_to_text(&reply->server.addr, server);
	name_to_text(question->name, name);
	rrtype_to_text(question->type, type);
	json_text(json, "name", name);
	json_text(json, "type", type);
	json_text(json, "server", server);
	json_number(json, "port", reply->server.port);
	json_text(json, "family", family_text(reply->server.addr.family));
	json_text(json, "transport", reply->transport == TRANSPORT_TCP ? "tcp" : "udp");
	json_decimal(json, "duration_ms", (double)reply->duration_us / 1000.0);
	if (reply->error != ERR_OK) {
		json_text(json, "error", query_error_text(reply->error));
		return;
	}
	json_bool(json, "was_truncated", reply->was_truncated);
	json_number(json, "size", (int64_t)reply->message.octets.size);
	if (reply->tsig != QUERY_TSIG_NONE)
		json_text(json, "tsig", tsig_texts[reply->tsig]);
	message_to_json(&reply->message, json, "message");
}
