/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/recursion/trust.h"

#include "daemon/recursion/trust_file.h"
#include "dns/rrtype.h"
#include "dnssec/records.h"
#include "resolver/gather.h"
#include "resolver/limits.h"

#include <errno.h>
#include <stdlib.h>

#define KEYRING_ZONES 4

struct trust {
	struct log *log;
	char *service;
	char *state_dir; /* NULL: memory only */
	bool is_sha1_accepted;
	struct anchors *configured; /* without the negative ones */
	struct name_buffer *negatives;
	size_t negative_count;
	struct anchor_upkeep **points; /* NULL: RFC 5011 is off */
	size_t point_count;
	struct keyring *keyring;
};

/* --- Making --- */

/* What the configuration says of trust; it was checked when it was read. */
static int configured_make(const struct config_resolver *config, struct anchors *anchors)
{
	int rc = ERR_OK;
	for (size_t i = 0; rc == ERR_OK && i < config->anchors.count; i++)
		rc = anchors_add_text(anchors, span_text(config->anchors.items[i]));
	for (size_t i = 0; rc == ERR_OK && i < config->anchor_file_count; i++) {
		size_t line;
		rc = anchors_add_file_text(anchors, config->anchor_files[i].text, &line);
	}
	return rc;
}

static const struct anchor_upkeep *point_find(const struct trust *trust, struct name owner)
{
	for (size_t i = 0; trust != NULL && i < trust->point_count; i++) {
		if (name_equal(anchor_upkeep_owner(trust->points[i]), owner))
			return trust->points[i];
	}
	return NULL;
}

/* The state so far: of the configuration before, or of the last run. */
static void point_resume(struct trust *trust, struct anchor_upkeep *point, const struct trust *before)
{
	const struct anchor_upkeep *known = point_find(before, anchor_upkeep_owner(point));
	struct text text = {0};
	size_t line = 0;
	int rc = ERR_OK;
	if (known != NULL)
		anchor_upkeep_write(known, &text);
	else if (trust->state_dir != NULL)
		rc = trust_file_read(trust->state_dir, trust->service, anchor_upkeep_owner(point), &text);
	else
		rc = ERR_NOT_FOUND;
	if (rc == ERR_OK)
		rc = anchor_upkeep_read(point, span_of(text_string(&text), text.size), &line);
	text_free(&text);
	if (rc == ERR_OK || rc == ERR_NOT_FOUND)
		return;
	char owner[NAME_TEXT_MAX];
	name_to_text(anchor_upkeep_owner(point), owner);
	log_plain(trust->log, LOG_LEVEL_WARNING, "anchor",
	          "the state of trust anchor %s cannot be read (line %zu): %s; the configured keys are trusted", owner, line,
	          err_text(rc));
}

static int points_make(struct trust *trust, const struct trust *before)
{
	size_t count = 0;
	while (anchors_at(trust->configured, count) != NULL)
		count++;
	trust->points = calloc(count + 1, sizeof(trust->points[0]));
	if (trust->points == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < count; i++) {
		int rc = anchor_upkeep_new(anchors_at(trust->configured, i), &trust->points[i]);
		if (rc != ERR_OK)
			return rc;
		trust->point_count++;
		point_resume(trust, trust->points[i], before);
	}
	return ERR_OK;
}

static int negatives_copy(struct trust *trust, const struct config_names *names)
{
	trust->negatives = calloc(names->count + 1, sizeof(trust->negatives[0]));
	if (trust->negatives == NULL)
		return -ENOMEM;
	for (size_t i = 0; i < names->count; i++)
		memcpy(trust->negatives[i].wire, names->items[i].wire, names->items[i].size);
	trust->negative_count = names->count;
	return ERR_OK;
}

int trust_new(const struct trust_options *options, struct trust **ret)
{
	const struct config_resolver *config = &options->service->resolver;
	struct trust *trust = calloc(1, sizeof(*trust));
	if (trust == NULL)
		return -ENOMEM;
	trust->log = options->log;
	trust->is_sha1_accepted = config->is_sha1_accepted;
	trust->service = strdup(options->service->name);
	trust->state_dir = options->state_dir != NULL ? strdup(options->state_dir) : NULL;
	trust->configured = anchors_new();
	trust->keyring = keyring_new(KEYRING_ZONES);
	bool has_all = trust->service != NULL && trust->configured != NULL && trust->keyring != NULL &&
	               (options->state_dir == NULL || trust->state_dir != NULL);
	int rc = has_all ? configured_make(config, trust->configured) : -ENOMEM;
	if (rc == ERR_OK)
		rc = negatives_copy(trust, &config->negative_anchors);
	if (rc == ERR_OK && config->is_anchor_updated && config->validation != VALIDATION_OFF)
		rc = points_make(trust, options->before);
	if (rc != ERR_OK) {
		trust_free(trust);
		return rc;
	}
	*ret = trust;
	return ERR_OK;
}

void trust_free(struct trust *trust)
{
	if (trust == NULL)
		return;
	for (size_t i = 0; i < trust->point_count; i++)
		anchor_upkeep_free(trust->points[i]);
	free(trust->points);
	keyring_free(trust->keyring);
	anchors_free(trust->configured);
	free(trust->negatives);
	free(trust->service);
	free(trust->state_dir);
	free(trust);
}

/* --- What is trusted --- */

static int rrset_add(struct anchors *anchors, struct name owner, const struct rrset *rrset)
{
	size_t position = 0;
	struct span rdata;
	int rc = ERR_OK;
	while (rc == ERR_OK && rrset != NULL && rrset_next(rrset, &position, &rdata))
		rc = anchors_add(anchors, owner, rrset->type, rdata);
	return rc;
}

static int positives_add(const struct trust *trust, struct anchors *anchors)
{
	int rc = ERR_OK;
	const struct anchor *anchor;
	for (size_t i = 0; rc == ERR_OK && trust->points != NULL && i < trust->point_count; i++)
		rc = anchor_upkeep_anchors(trust->points[i], anchors);
	for (size_t i = 0; trust->points == NULL && (anchor = anchors_at(trust->configured, i)) != NULL; i++) {
		if (rc == ERR_OK)
			rc = rrset_add(anchors, anchor->owner, anchor->ds);
		if (rc == ERR_OK)
			rc = rrset_add(anchors, anchor->owner, anchor->dnskey);
	}
	return rc;
}

int trust_anchors(const struct trust *trust, struct anchors **ret)
{
	struct anchors *anchors = anchors_new();
	int rc = anchors == NULL ? -ENOMEM : positives_add(trust, anchors);
	for (size_t i = 0; rc == ERR_OK && i < trust->negative_count; i++)
		rc = anchors_add_negative(anchors, name_of(trust->negatives[i].wire));
	if (rc != ERR_OK) {
		anchors_free(anchors);
		return rc;
	}
	*ret = anchors;
	return ERR_OK;
}

static void row_add(json_t *rows, struct name owner, bool is_ds, int tag, int algorithm, const char *state)
{
	char text[NAME_TEXT_MAX];
	name_to_text(owner, text);
	json_array_append_new(rows, json_pack("{s:s, s:s, s:i, s:i, s:s}", "owner", text, "type", is_ds ? "DS" : "DNSKEY",
	                                      "tag", tag, "algorithm", algorithm, "state", state));
}

static void rrset_rows_add(json_t *rows, struct name owner, const struct rrset *rrset)
{
	size_t position = 0;
	struct span rdata;
	while (rrset != NULL && rrset_next(rrset, &position, &rdata)) {
		struct ds ds;
		struct dnskey key;
		if (rrset->type == RR_DS && ds_read(rdata, &ds))
			row_add(rows, owner, true, ds.tag, ds.algorithm, "configured");
		else if (rrset->type == RR_DNSKEY && dnskey_read(rdata, &key))
			row_add(rows, owner, false, key.tag, key.algorithm, "configured");
	}
}

json_t *trust_json(const struct trust *trust)
{
	json_t *rows = json_array();
	const struct anchor *anchor;
	for (size_t i = 0; (anchor = anchors_at(trust->configured, i)) != NULL; i++) {
		rrset_rows_add(rows, anchor->owner, anchor->ds);
		rrset_rows_add(rows, anchor->owner, anchor->dnskey);
	}
	for (size_t i = 0; i < trust->point_count; i++) {
		for (size_t k = 0; k < anchor_upkeep_count(trust->points[i]); k++) {
			const struct anchor_key *key = anchor_upkeep_at(trust->points[i], k);
			row_add(rows, anchor_upkeep_owner(trust->points[i]), false, key->tag, key->rdata.data[3],
			        anchor_state_text(key->state));
		}
	}
	return rows;
}

/* --- RFC 5011 --- */

size_t trust_point_count(const struct trust *trust)
{
	return trust->point_count;
}

struct name trust_point_owner(const struct trust *trust, size_t index)
{
	return anchor_upkeep_owner(trust->points[index]);
}

uint64_t trust_point_next_s(const struct trust *trust, size_t index)
{
	return anchor_upkeep_next_s(trust->points[index]);
}

static const struct rrset_view *keys_find(struct span octets, struct name owner, struct arena *arena)
{
	struct message message;
	struct gathered *gathered = arena_alloc(arena, sizeof(*gathered), _Alignof(struct gathered));
	if (gathered == NULL || message_read(octets, &message) != ERR_OK || message.error != ERR_OK ||
	    message.rcode != RCODE_NOERROR || gather(&message, arena, gathered) != ERR_OK)
		return NULL;
	return gathered_find(gathered, SECTION_ANSWER, owner, RR_DNSKEY);
}

static void change_log(const struct trust *trust, const struct anchor_upkeep *point, unsigned changes, int rc)
{
	char owner[NAME_TEXT_MAX];
	name_to_text(anchor_upkeep_owner(point), owner);
	if (rc == ERR_MISMATCH) {
		const struct log_field fields[] = {{.key = "service", .text = trust->service},
		                                   {.key = "name", .text = owner}};
		log_line(trust->log, LOG_LEVEL_WARNING, "anchor", fields, 2,
		         "no trusted key signs the keys of %s: nothing is learned from them (RFC 5011 2)", owner);
	}
	for (size_t i = 0; (changes & ANCHOR_CHANGED_STATE) && i < anchor_upkeep_count(point); i++) {
		const struct anchor_key *key = anchor_upkeep_at(point, i);
		const struct log_field fields[] = {{.key = "service", .text = trust->service},
		                                   {.key = "name", .text = owner},
		                                   {.key = "tag", .number = key->tag},
		                                   {.key = "state", .text = anchor_state_text(key->state)}};
		log_line(trust->log, LOG_LEVEL_NOTICE, "anchor", fields, 4, "trust anchor %s, key %u: %s", owner, key->tag,
		         anchor_state_text(key->state));
	}
}

static void state_keep(const struct trust *trust, const struct anchor_upkeep *point)
{
	struct text text = {0};
	if (trust->state_dir == NULL)
		return;
	anchor_upkeep_write(point, &text);
	int rc = trust_file_write(trust->state_dir, trust->service, anchor_upkeep_owner(point), &text);
	text_free(&text);
	if (rc != ERR_OK)
		log_plain(trust->log, LOG_LEVEL_WARNING, "anchor",
		          "the state of trust anchors cannot be kept in %s: %s; after a restart it begins anew",
		          trust->state_dir, err_text(rc));
}

bool trust_point_take(struct trust *trust, struct name owner, struct span message, uint64_t now_s)
{
	struct anchor_upkeep *point = (struct anchor_upkeep *)(uintptr_t)point_find(trust, owner);
	struct arena *arena = arena_new(16384);
	unsigned changes = 0;
	if (point == NULL || arena == NULL) {
		arena_free(arena);
		return false;
	}
	struct dnssec_budget budget = {.verifications = LIMIT_VERIFICATIONS,
	                               .failed_verifications = LIMIT_FAILED_VERIFICATIONS,
	                               .keys_per_tag = LIMIT_KEYS_PER_TAG};
	const struct anchor_look look = {.dnskey = keys_find(message, owner, arena),
	                                 .keyring = trust->keyring,
	                                 .budget = &budget,
	                                 .arena = arena,
	                                 .now_s = now_s,
	                                 .is_sha1_accepted = trust->is_sha1_accepted};
	int rc = anchor_upkeep_take(point, &look, &changes);
	change_log(trust, point, changes, rc);
	if (changes & ANCHOR_CHANGED_STATE)
		state_keep(trust, point);
	arena_free(arena);
	return (changes & ANCHOR_CHANGED_TRUST) != 0;
}
