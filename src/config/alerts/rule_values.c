/* SPDX-License-Identifier: BSD-2-Clause */
/* What each kind of value in a rules file takes. */
#include "config/alerts/rules_reader.h"

#include "config/load.h"
#include "config/quantity.h"
#include "config/suggest.h"

#include <errno.h>
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define ABOVE "above "

static void *member(const struct rule_key *key, void *into)
{
	return (char *)into + key->offset;
}

/* The number of a word, by its text; the caller's table ends with NULL. */
static bool word_find(const char *text, const char *const *words, unsigned *ret)
{
	for (unsigned i = 0; words[i] != NULL; i++) {
		if (strcmp(words[i], text) == 0) {
			*ret = i;
			return true;
		}
	}
	return false;
}

/* --- texts --- */

RULE_READER(rule_read_text)
{
	if (node->text[0] == '\0' || strlen(node->text) > ALERT_TEXT_MAX || !text_is_printable(node->text))
		return rule_refuse(reader, key, node);
	memcpy(member(key, into), &node->text, sizeof(node->text));
	return ERR_OK;
}

/* It becomes a label elsewhere, and must not pass for one of our signals. */
RULE_READER(rule_read_name)
{
	size_t size = strlen(node->text);
	bool is_taken = false;
	for (unsigned i = 0; i < SENSOR_COUNT; i++)
		is_taken = is_taken || strcasecmp(sensor_name((enum sensor)i), node->text) == 0;
	if (size == 0 || size > ALERT_NAME_MAX || is_taken ||
	    strspn(node->text, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-") != size)
		return rule_refuse(reader, key, node);
	memcpy(member(key, into), &node->text, sizeof(node->text));
	return ERR_OK;
}

RULE_READER(rule_read_signal)
{
	struct suggestion suggestion = {0};
	struct text known = {0}, fix = {0};
	for (unsigned i = 0; i < SENSOR_COUNT; i++) {
		const char *name = sensor_name((enum sensor)i);
		if (alert_glob_fits(node->text, name)) {
			text_free(&known);
			memcpy(member(key, into), &node->text, sizeof(node->text));
			return ERR_OK;
		}
		suggest_offer(&suggestion, node->text, name);
		text_addf(&known, "%s%s", known.size > 0 ? ", " : "", name);
	}
	if (suggestion.word != NULL)
		text_addf(&fix, "did you mean %s?", suggestion.word);
	source_report(reader->source, FINDING_ALERT_RULE, node->mark, key->key, fix.size > 0 ? text_string(&fix) : NULL,
		      "No signal is named \"%.60s\"; there are %s.", node->text, text_string(&known));
	text_free(&known);
	text_free(&fix);
	return ERR_FINDINGS;
}

/* --- words --- */

RULE_READER(rule_read_stream)
{
	for (unsigned stream = STREAM_UNKNOWN + 1; stream < STREAM_COUNT; stream++) {
		if (strcmp(event_stream_text((enum event_stream)stream), node->text) != 0)
			continue;
		enum event_stream found = (enum event_stream)stream;
		memcpy(member(key, into), &found, sizeof(found));
		return ERR_OK;
	}
	return rule_refuse(reader, key, node);
}

RULE_READER(rule_read_level)
{
	for (unsigned level = SIGNAL_NOTICE; level <= SIGNAL_CRITICAL; level++) {
		enum signal_level found = (enum signal_level)level;
		if (strcmp(signal_level_text(found), node->text) != 0)
			continue;
		memcpy(member(key, into), &found, sizeof(found));
		return ERR_OK;
	}
	return rule_refuse(reader, key, node);
}

RULE_READER(rule_read_by)
{
	static const char *const words[] = {"all", "zone", "network", NULL};
	unsigned found;
	if (!word_find(node->text, words, &found))
		return rule_refuse(reader, key, node);
	enum scope_kind kind = (enum scope_kind)found;
	memcpy(member(key, into), &kind, sizeof(kind));
	return ERR_OK;
}

RULE_READER(rule_read_off)
{
	bool is_on;
	if (quantity_bool(node->text, &is_on) != ERR_OK)
		return rule_refuse(reader, key, node);
	memcpy(member(key, into), &is_on, sizeof(is_on));
	return ERR_OK;
}

/* --- numbers --- */

RULE_READER(rule_read_duration)
{
	uint32_t ms, s;
	bool is_window = strcmp(key->key, "window") == 0;
	if (quantity_duration_ms(node->text, &ms) != ERR_OK || ms % 1000 != 0)
		return rule_refuse(reader, key, node);
	s = ms / 1000;
	if (s > (is_window ? 3600 : RULE_DURATION_MAX_S) || (is_window && s < 6))
		return rule_refuse(reader, key, node);
	memcpy(member(key, into), &s, sizeof(s));
	return ERR_OK;
}

/* "above 12.5" and what stands behind it. */
static bool limit_take(const char *text, double *ret, const char **ret_rest)
{
	if (strncmp(text, ABOVE, strlen(ABOVE)) != 0)
		return false;
	text += strlen(ABOVE);
	size_t size = strspn(text, "0123456789.");
	char *end;
	if (size == 0 || size > 12)
		return false;
	*ret = strtod(text, &end);
	*ret_rest = text + size;
	return end == text + size && isfinite(*ret);
}

RULE_READER(rule_read_rate)
{
	static const struct {
		const char *unit;
		double a_minute;
	} units[] = {{"/min", 1}, {"/s", 60}, {"/h", 1 / 60.0}};
	double limit;
	const char *rest;
	for (size_t i = 0; i < sizeof(units) / sizeof(*units) && limit_take(node->text, &limit, &rest); i++) {
		if (strcmp(rest, units[i].unit) != 0)
			continue;
		limit *= units[i].a_minute;
		memcpy(member(key, into), &limit, sizeof(limit));
		return ERR_OK;
	}
	return rule_refuse(reader, key, node);
}

RULE_READER(rule_read_share)
{
	double limit;
	const char *rest;
	if (!limit_take(node->text, &limit, &rest) || strcmp(rest, "%") != 0 || limit >= 100)
		return rule_refuse(reader, key, node);
	limit /= 100;
	memcpy(member(key, into), &limit, sizeof(limit));
	return ERR_OK;
}

/* --- expressions, lists --- */

RULE_READER(rule_read_where)
{
	struct where_fault fault = {0};
	struct where *where = NULL;
	int err = where_parse(span_text(node->text), &where, &fault);
	if (err == ERR_OK) {
		memcpy(member(key, into), &where, sizeof(where));
		return ERR_OK;
	}
	if (err != ERR_SYNTAX)
		return err;
	struct mark mark = node->mark;
	/* Of a plain scalar on one line the place is exact; what quotes and folding do to others is not known. */
	if (node->is_plain && mark.width >= strlen(node->text)) {
		mark.column += (uint32_t)fault.at;
		mark.width = fault.size > 0 ? (uint32_t)fault.size : 1;
	}
	source_report(reader->source, FINDING_ALERT_RULE, mark, key->key,
		      "the language is that of sextant tail --where; sextant tail --help lists its fields", "%s: %s.",
		      key->key, fault.message);
	return ERR_FINDINGS;
}

/* A list, or one value that stands for a list of one. */
static const struct yaml_node *first_of(const struct yaml_node *node)
{
	return node->kind == YAML_LIST ? node->first : node;
}

static const struct yaml_node *next_of(const struct yaml_node *list, const struct yaml_node *item)
{
	return list->kind == YAML_LIST ? item->next : NULL;
}

RULE_READER(rule_read_mutes)
{
	struct alert_conduct *conduct = member(key, into);
	size_t count = node->kind == YAML_LIST ? node->count : 1;
	if (node->kind == YAML_MAP || count > ALERT_MUTES_MAX)
		return rule_refuse(reader, key, node);
	struct alert_mute *mutes =
		arena_alloc_zeroed(reader->arena, (count + 1) * sizeof(*mutes), _Alignof(struct alert_mute));
	if (mutes == NULL)
		return -ENOMEM;
	conduct->mutes = mutes;
	for (const struct yaml_node *item = first_of(node); item != NULL; item = next_of(node, item)) {
		if (item->kind != YAML_SCALAR ||
		    alert_mute_parse(span_text(item->text), &mutes[conduct->mute_count]) != ERR_OK)
			rule_refuse(reader, key, item);
		else
			conduct->mute_count++;
	}
	return ERR_OK;
}

RULE_READER(rule_read_sinks)
{
	static const char *const words[] = {"log", "exec", "webhook", NULL};
	unsigned sinks = 0, found;
	if (node->kind == YAML_MAP)
		return rule_refuse(reader, key, node);
	for (const struct yaml_node *item = first_of(node); item != NULL; item = next_of(node, item)) {
		if (item->kind != YAML_SCALAR || !word_find(item->text, words, &found))
			rule_refuse(reader, key, item);
		else
			sinks |= 1u << found;
	}
	memcpy(member(key, into), &sinks, sizeof(sinks));
	reader->sinks |= sinks;
	return ERR_OK;
}
