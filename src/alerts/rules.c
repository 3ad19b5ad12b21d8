/* SPDX-License-Identifier: BSD-2-Clause */
#include "alerts/rules.h"

#include "signals/stamp.h"
#include "signals/words.h"

#include <ctype.h>
#include <string.h>

#define DAY_S 86400
#define DAYS 7

/* By enum sensor. A sensor without a row has no group, which tests/unit/alerts finds. */
static const struct {
	const char *group;
	struct alert_conduct conduct;
} builtin[SENSOR_COUNT] = {
#define BUILTIN(id, row_group, row_least, row_for, row_calm)                                                           \
	[SENSOR_##id] = {row_group,                                                                                    \
			 {.least = row_least, .for_s = row_for, .calm_s = row_calm, .sinks = ALERT_SINKS_ALL}},
#include "alerts/builtin.def"
};

const char *alert_builtin_group(enum sensor sensor)
{
	return builtin[sensor].group;
}

bool alert_glob_fits(const char *glob, const char *text)
{
	const char *star = NULL, *kept = NULL; /* behind the last star, and what it is tried at */
	while (*text != '\0') {
		if (*glob == '*') {
			star = ++glob;
			kept = text;
		} else if (*glob == '?' || tolower((unsigned char)*glob) == tolower((unsigned char)*text)) {
			glob++;
			text++;
		} else if (star != NULL) {
			glob = star;
			text = ++kept;
		} else {
			return false;
		}
	}
	while (*glob == '*')
		glob++;
	return *glob == '\0';
}

static bool scope_fits(const char *glob, const struct scope *scope)
{
	struct scope bare = *scope;
	struct text text = {0};
	if (glob == NULL)
		return true;
	bare.stream = STREAM_UNKNOWN;
	scope_to_text(&bare, &text);
	bool fits = alert_glob_fits(glob, text_string(&text));
	text_free(&text);
	return fits;
}

static bool rule_fits(const struct alert_rule *rule, enum sensor sensor, const struct scope *scope)
{
	return alert_glob_fits(rule->signal, sensor_name(sensor)) &&
	       (rule->stream == STREAM_UNKNOWN || rule->stream == scope->stream) && scope_fits(rule->scope, scope);
}

struct alert_conduct alert_rules_find(const struct alert_rules *rules, enum sensor sensor, const struct scope *scope,
				      const struct alert_rule **ret_rule)
{
	const struct alert_conduct *usual = &builtin[sensor].conduct;
	*ret_rule = NULL;
	for (size_t i = 0; i < rules->rule_count; i++) {
		const struct alert_rule *rule = &rules->rules[i];
		if (!rule_fits(rule, sensor, scope))
			continue;
		struct alert_conduct conduct = rule->conduct;
		conduct.least = rule->has_least ? conduct.least : usual->least;
		conduct.for_s = rule->has_for ? conduct.for_s : usual->for_s;
		conduct.calm_s = rule->has_calm ? conduct.calm_s : usual->calm_s;
		*ret_rule = rule;
		return conduct;
	}
	return *usual;
}

/* --- times of silence --- */

static bool mute_covers(const struct alert_mute *mute, uint64_t now_us)
{
	if (mute->days == 0)
		return now_us >= mute->from_us && now_us < mute->until_us;
	uint64_t now_s = now_us / 1000000, day = now_s / DAY_S + 4; /* 1970 began on a Thursday */
	uint32_t second = (uint32_t)(now_s % DAY_S);
	bool is_today = (mute->days >> day % DAYS & 1) != 0;
	if (mute->until_s > mute->from_s)
		return is_today && second >= mute->from_s && second < mute->until_s;
	bool is_of_yesterday = (mute->days >> (day + DAYS - 1) % DAYS & 1) != 0;
	return (is_today && second >= mute->from_s) || (is_of_yesterday && second < mute->until_s);
}

bool alert_is_muted(const struct alert_conduct *conduct, uint64_t now_us)
{
	for (size_t i = 0; i < conduct->mute_count; i++) {
		if (mute_covers(&conduct->mutes[i], now_us))
			return true;
	}
	return false;
}

static bool day_take(struct span *from, unsigned *ret)
{
	static const char *const days[DAYS] = {"sun", "mon", "tue", "wed", "thu", "fri", "sat"};
	for (unsigned i = 0; i < DAYS; i++) {
		if (word_take(from, span_text(days[i]))) {
			*ret = i;
			return true;
		}
	}
	return false;
}

/* "mon-fri", "sat,sun" and the blank behind it. */
static bool days_take(struct span *from, uint8_t *ret)
{
	*ret = 0;
	do {
		unsigned first, last;
		if (!day_take(from, &first))
			return false;
		last = first;
		if (word_take_char(from, '-') && !day_take(from, &last))
			return false;
		for (unsigned day = first;; day = (day + 1) % DAYS) {
			*ret |= (uint8_t)(1u << day);
			if (day == last)
				break;
		}
	} while (word_take_char(from, ','));
	return word_take_char(from, ' ');
}

static bool hour_take(struct span *from, uint32_t *ret_s)
{
	uint64_t hour, minute;
	if (!word_take_number(from, 24, &hour) || !word_take_char(from, ':') || !word_take_number(from, 59, &minute) ||
	    (hour == 24 && minute > 0))
		return false;
	*ret_s = (uint32_t)(hour * 3600 + minute * 60);
	return true;
}

/* Seconds may be left out: "2026-12-24T00:00Z". */
static bool moment_parse(struct span text, uint64_t *ret_us)
{
	char buffer[48];
	struct stamp stamp;
	size_t size = text.size;
	if (size + 4 > sizeof(buffer))
		return false;
	memcpy(buffer, text.data, size);
	if (size == sizeof("2026-12-24T00:00Z") - 1 && buffer[size - 1] == 'Z') {
		memcpy(buffer + size - 1, ":00Z", 4);
		size += 3;
	}
	struct span rest = span_of(buffer, size);
	if (!stamp_take(&rest, &(struct stamp_clock){0}, &stamp) || rest.size > 0 || stamp.is_zone_assumed)
		return false;
	*ret_us = stamp.time_us;
	return true;
}

int alert_mute_parse(struct span text, struct alert_mute *ret)
{
	struct alert_mute mute = {.days = (1u << DAYS) - 1};
	struct span first, rest = text;
	if (word_take_until(&rest, '/', &first)) {
		mute.days = 0;
		if (!moment_parse(first, &mute.from_us) || !moment_parse(rest, &mute.until_us) ||
		    mute.until_us <= mute.from_us)
			return ERR_SYNTAX;
		*ret = mute;
		return ERR_OK;
	}
	if (rest.size > 0 && !char_is_digit(rest.data[0]) && !days_take(&rest, &mute.days))
		return ERR_SYNTAX;
	if (!hour_take(&rest, &mute.from_s) || !word_take_char(&rest, '-') || !hour_take(&rest, &mute.until_s) ||
	    rest.size > 0 || mute.from_s == DAY_S || mute.from_s == mute.until_s)
		return ERR_SYNTAX;
	*ret = mute;
	return ERR_OK;
}
