/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/page.h"

/* The table of service names: their addresses, and whether the names of these lead back. */

static void name_add(struct text *out, struct name name)
{
	char text[NAME_TEXT_MAX];
	html_add(out, view_name_text(name, text));
}

static void addresses_cell(const struct service_host *host, enum family family, struct text *out)
{
	static const struct {
		const char *class, *word;
	} marks[] = {[SERVICE_PTR_UNKNOWN] = {"off", "&ndash;"},
		     [SERVICE_PTR_GOOD] = {"good", "PTR ok"},
		     [SERVICE_PTR_MISSING] = {"warn", "no PTR"},
		     [SERVICE_PTR_STRAY] = {"bad", "PTR of another"}};
	text_add(out, "<td>");
	if (host->counts[family] == 0)
		text_addf(out, "<span class=\"mark off\">%s</span>", host->is_known[family] ? "none" : "&ndash;");
	for (unsigned i = 0; i < host->counts[family]; i++) {
		const struct service_address *address = &host->addresses[family][i];
		char text[IP_ADDR_TEXT_MAX];
		ip_addr_to_text(&address->addr, text);
		text_addf(out, "%s%s <span class=\"mark %s\">%s</span>", i > 0 ? "<br>" : "", text,
			  marks[address->ptr].class, marks[address->ptr].word);
	}
	text_add(out, "</td>");
}

static void host_row(const struct service_host *host, const struct name *mail_of, struct text *out)
{
	text_add(out, "<tr><th scope=\"row\">");
	name_add(out, host->name);
	if (mail_of != NULL) {
		text_add(out, "<br><small>mail of ");
		name_add(out, *mail_of);
		text_add(out, "</small>");
	}
	text_add(out, "</th>");
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		addresses_cell(host, family, out);
	text_add(out, "</tr>\n");
}

void page_service(const struct service *service, struct text *out)
{
	if (service_is_shown(service))
		host_row(&service->host, NULL, out);
	for (unsigned i = 0; i < service->mail_count; i++)
		host_row(service->mail[i], &service->row->name, out);
}

void page_services(const struct text *rows, struct text *out)
{
	if (rows->size == 0)
		return;
	text_add(out, "<section><h2>Service names</h2>\n<table class=\"zones\"><thead><tr><th scope=\"col\">name</th>"
		      "<th scope=\"col\">IPv6</th><th scope=\"col\">IPv4</th></tr></thead><tbody>\n");
	text_add(out, text_string(rows));
	text_add(out, "</tbody></table></section>\n");
}
