/* SPDX-License-Identifier: BSD-2-Clause */
#include "cli/audit/services.h"

#include "dns/reverse.h"

#include <errno.h>
#include <stdlib.h>

#define REVERSE_ZONES_MOST 256

/* --- Which names --- */

static int service_add(struct audit *audit, const struct inventory_row *row)
{
	struct audit_target *service = &audit->services[audit->service_count++];
	*service = (struct audit_target){.zone = row->name, .row = row};
	return EXIT_OK;
}

static int inventory_take(struct audit *audit, const char *path)
{
	char message[160];
	struct inventory inventory;
	struct text text = {0};
	int err = audit_file_read(path, &text);
	if (err != ERR_OK) {
		text_free(&text);
		return cli_usage_error(audit->cli, "%s: %s", path, err_text(err));
	}
	err = inventory_read(audit->arena, span_of((const uint8_t *)text_string(&text), text.size), &inventory,
			     message);
	text_free(&text);
	if (err == ERR_SYNTAX)
		return cli_usage_error(audit->cli, "%s:%s", path, message);
	if (err == ERR_OK && inventory.count == 0)
		return cli_usage_error(audit->cli,
				       "%s: there is no name in it; write NAME [TYPE...] [PORT] on each line", path);
	audit->services = err == ERR_OK ? calloc(inventory.count, sizeof(*audit->services)) : NULL;
	if (audit->services == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < inventory.count; i++)
		service_add(audit, &inventory.rows[i]);
	return EXIT_OK;
}

static bool has_services(struct name zone)
{
	enum family family;
	return zone.labels > 1 && !reverse_is_name(zone, &family, NULL);
}

/* Of each zone that was named itself: its own name, with the hosts of its mail, and www below it. */
static int usual_take(struct audit *audit)
{
	const char *const *operands;
	size_t count = cli_operands(audit->cli, &operands);
	struct inventory_row *rows =
		arena_alloc_zeroed(audit->arena, 2 * count * sizeof(*rows) + 1, _Alignof(struct inventory_row));
	audit->services = calloc(2 * count + 1, sizeof(*audit->services));
	if (rows == NULL || audit->services == NULL)
		return EXIT_INTERNAL;
	for (size_t i = 0; i < count && i < audit->count; i++) {
		struct name zone = audit->targets[i].zone, www;
		struct name_buffer buffer;
		if (!has_services(zone))
			continue;
		rows[2 * i] = (struct inventory_row){.name = zone, .wants[INVENTORY_MX] = true};
		service_add(audit, &rows[2 * i]);
		if (name_from_text(span_text("www"), zone, &buffer, &www, NULL) != ERR_OK)
			continue;
		if (audit_name_keep(audit, www, &rows[2 * i + 1].name) != ERR_OK)
			return EXIT_INTERNAL;
		service_add(audit, &rows[2 * i + 1]);
	}
	return EXIT_OK;
}

int audit_services_take(struct audit *audit)
{
	const char *path = cli_value(audit->cli, "inventory");
	if (path != NULL)
		return inventory_take(audit, path);
	bool is_of_servers = cli_flag(audit->cli, "quick") || cli_flag(audit->cli, "watch");
	return is_of_servers ? EXIT_OK : usual_take(audit);
}

/* --- Their reverse zones --- */

static struct audit_target *target_find(struct audit *audit, struct name zone)
{
	for (size_t i = 0; i < audit->count; i++) {
		if (name_equal(audit->targets[i].zone, zone))
			return &audit->targets[i];
	}
	return NULL;
}

/* P03. Whoever means a service to be there means its addresses to have names. */
static int zone_add(struct audit *audit, const struct service_address *address)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct chain *chain = address->zones[family];
		enum family of;
		unsigned labels = 0;
		if (chain == NULL || !reverse_is_name(chain->zone, &of, &labels) || labels == 0 ||
		    address->is_undelegated || target_find(audit, chain->zone) != NULL ||
		    audit->reverse_count >= REVERSE_ZONES_MOST)
			continue;
		if (chain->state != CHAIN_GOOD && chain->state != CHAIN_BROKEN)
			continue;
		struct audit_target *target = audit_target_add(audit, chain->zone);
		if (target == NULL)
			return -ENOMEM;
		target->is_reverse = true;
		audit->reverse_count++;
	}
	return ERR_OK;
}

static int host_zones_add(struct audit *audit, const struct service_host *host)
{
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		for (unsigned i = 0; i < host->counts[family]; i++) {
			int err = zone_add(audit, &host->addresses[family][i]);
			if (err != ERR_OK)
				return err;
		}
	}
	return ERR_OK;
}

int audit_reverse_zones_add(struct audit *audit, const struct service *service)
{
	int err = service->row->line > 0 ? host_zones_add(audit, &service->host) : ERR_OK;
	for (unsigned i = 0; i < service->mail_count && err == ERR_OK && service->row->line > 0; i++)
		err = host_zones_add(audit, service->mail[i]);
	return err;
}

static int zone_order(const void *left, const void *right)
{
	return name_compare(((const struct audit_target *)left)->zone, ((const struct audit_target *)right)->zone);
}

void audit_reverse_zones_sort(struct audit *audit)
{
	if (audit->reverse_count > 1)
		qsort(audit->targets + audit->count - audit->reverse_count, audit->reverse_count,
		      sizeof(*audit->targets), zone_order);
}
