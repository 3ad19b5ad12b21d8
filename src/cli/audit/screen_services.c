/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/screen_services.h"

#include "audit/view.h"

static const char *const ptr_words[] = {[SERVICE_PTR_UNKNOWN] = "..",
					[SERVICE_PTR_GOOD] = "ok",
					[SERVICE_PTR_MISSING] = "--",
					[SERVICE_PTR_STRAY] = "!!"};

static void host_text(const struct service_host *host, const char *label, struct text *out)
{
	char text[NAME_TEXT_MAX];
	text_addf(out, "  %s%s", label, view_name_text(host->name, text));
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		text_addf(out, "   %s", family == FAMILY_IPV6 ? "AAAA" : "A");
		if (host->counts[family] == 0)
			text_add(out, host->is_known[family] ? " --" : " ..");
		for (unsigned i = 0; i < host->counts[family]; i++) {
			const struct service_address *address = &host->addresses[family][i];
			ip_addr_to_text(&address->addr, text);
			text_addf(out, "%s %s (PTR %s)", i > 0 ? "," : "", text, ptr_words[address->ptr]);
		}
	}
	text_add_char(out, '\n');
}

void screen_service(const struct service *service, struct text *out)
{
	if (!service_is_shown(service) && service->mail_count == 0)
		return;
	host_text(&service->host, "", out);
	for (unsigned i = 0; i < service->mail_count; i++)
		host_text(service->mail[i], "  MX ", out);
}

/* --- JSON --- */

static void address_json(const struct service_address *address, struct json_writer *json)
{
	static const char *const words[] = {[SERVICE_PTR_UNKNOWN] = "unknown",
					    [SERVICE_PTR_GOOD] = "good",
					    [SERVICE_PTR_MISSING] = "missing",
					    [SERVICE_PTR_STRAY] = "stray"};
	char text[NAME_TEXT_MAX];
	ip_addr_to_text(&address->addr, text);
	json_begin_object(json, NULL);
	json_text(json, "address", text);
	json_text(json, "ptr", words[address->ptr]);
	if (address->ptr_name.wire != NULL)
		json_text(json, "ptr_name", view_name_text(address->ptr_name, text));
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = address->zones[family];
		if (chain == NULL || chain->state != CHAIN_GOOD)
			continue;
		json_text(json, "reverse_zone", view_name_text(chain->zone, text));
		break;
	}
	json_end_object(json);
}

static void host_json(const struct service_host *host, struct json_writer *json)
{
	char text[NAME_TEXT_MAX];
	json_text(json, "name", view_name_text(host->name, text));
	if (!name_equal(host->name, host->canonical))
		json_text(json, "alias_of", view_name_text(host->canonical, text));
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		if (!host->is_known[family]) {
			json_nothing(json, family_text(family));
			continue;
		}
		json_begin_array(json, family_text(family));
		for (unsigned i = 0; i < host->counts[family]; i++)
			address_json(&host->addresses[family][i], json);
		json_end_array(json);
	}
}

void screen_service_json(const struct service *service, struct json_writer *json)
{
	json_begin_object(json, NULL);
	host_json(&service->host, json);
	if (service->row->line > 0)
		json_number(json, "line", service->row->line);
	json_begin_array(json, "mail");
	for (unsigned i = 0; i < service->mail_count; i++) {
		json_begin_object(json, NULL);
		host_json(service->mail[i], json);
		json_end_object(json);
	}
	json_end_array(json);
	json_end_object(json);
}
