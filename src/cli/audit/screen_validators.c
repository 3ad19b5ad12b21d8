/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/screen_validators.h"

#include "audit/validators.h"
#include "dns/rrtype.h"

/* The endpoint as people write it: without the usual port. */
static void server_text(const struct ip_endpoint *endpoint, char text[IP_ENDPOINT_TEXT_MAX])
{
	if (endpoint->port == 53)
		ip_addr_to_text(&endpoint->addr, text);
	else
		ip_endpoint_to_text(endpoint, text);
}

static void saying_text(const struct view *view, unsigned index, unsigned type, const struct validator_saying *saying,
			struct text *out)
{
	char rrtype[RRTYPE_TEXT_MAX];
	enum security ours = SECURITY_UNCHECKED;
	bool is_bogus = validators_ours(view, index, type, &ours) && ours == SECURITY_BOGUS;
	rrtype_to_text(view_type(type), rrtype);
	text_addf(out, "%s%s %s", index > 0 ? "www " : "", rrtype, validator_word_text(saying->word));
	if (saying->has_ede && saying->word != VALIDATOR_SECURE) {
		text_addf(out, " (EDE %u %s", saying->ede, ede_text(saying->ede));
		if (saying->ede_text.size > 0) {
			text_add_char(out, ' ');
			message_words_to_text(saying->ede_text, out);
		}
		text_add_char(out, ')');
	}
	if (is_bogus && saying->word == VALIDATOR_BOGUS)
		text_add(out, ", as by this audit");
}

void screen_validators(const struct view *view, struct text *out)
{
	for (unsigned i = 0; i < view->validator_count; i++) {
		const struct validator_view *validator = &view->validators[i];
		char server[IP_ENDPOINT_TEXT_MAX];
		server_text(&validator->endpoint, server);
		text_addf(out, "  validator %s: ", server);
		if (validator->root.word == VALIDATOR_INSECURE) {
			text_add(out, "does not validate\n");
			continue;
		}
		for (unsigned index = 0; index < VIEW_NAMES; index++) {
			for (unsigned type = index == 0 ? 0 : 1; type < VIEW_TYPES; type++) {
				text_add(out, index + type > 0 ? "; " : "");
				saying_text(view, index, type, &validator->sayings[index][type], out);
			}
		}
		text_add_char(out, '\n');
	}
	if (view->validator_count > 0)
		text_add_char(out, '\n');
}

static void saying_json(const struct view *view, unsigned index, unsigned type, const struct validator_saying *saying,
			struct json_writer *json)
{
	char text[NAME_TEXT_MAX];
	struct name_buffer buffer;
	struct name name;
	enum security ours;
	if (!view_name(view, index, &buffer, &name))
		return;
	json_begin_object(json, NULL);
	json_text(json, "name", view_name_text(name, text));
	rrtype_to_text(view_type(type), text);
	json_text(json, "type", text);
	json_text(json, "said", validator_word_text(saying->word));
	if (validators_ours(view, index, type, &ours))
		json_text(json, "here", validators_ours_text(ours));
	if (saying->has_ede) {
		struct text words = {0};
		text_add_size(&words, (const char *)saying->ede_text.data, saying->ede_text.size);
		json_number(json, "ede", saying->ede);
		json_text(json, "ede_text", text_string(&words));
		text_free(&words);
	}
	json_end_object(json);
}

void screen_validators_json(const struct view *view, struct json_writer *json)
{
	if (view->validator_count == 0)
		return;
	json_begin_array(json, "validators");
	for (unsigned i = 0; i < view->validator_count; i++) {
		const struct validator_view *validator = &view->validators[i];
		char server[IP_ENDPOINT_TEXT_MAX];
		ip_endpoint_to_text(&validator->endpoint, server);
		json_begin_object(json, NULL);
		json_text(json, "server", server);
		json_text(json, "root", validator_word_text(validator->root.word));
		json_begin_array(json, "answers");
		for (unsigned index = 0; index < VIEW_NAMES; index++) {
			for (unsigned type = index == 0 ? 0 : 1; type < VIEW_TYPES; type++)
				saying_json(view, index, type, &validator->sayings[index][type], json);
		}
		json_end_array(json);
		json_end_object(json);
	}
	json_end_array(json);
}
