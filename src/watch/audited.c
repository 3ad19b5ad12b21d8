/* SPDX-License-Identifier: BSD-2-Clause */
#include "watch/audited.h"

#include "base/clock.h"

#include <stdio.h>
#include <strings.h>

const char *audited_sight_text(enum audited_sight sight)
{
	static const char *const texts[] = {[AUDITED_UNKNOWN] = "unknown",
					    [AUDITED_RESOLVED] = "yes",
					    [AUDITED_BROKEN] = "no",
					    [AUDITED_UNTESTED] = "untested"};
	return texts[sight];
}

/* --- Reading --- */

/* "" when the member is no text. */
static void text_take(const json_t *object, const char *key, char *ret, size_t size)
{
	const char *text = json_string_value(json_object_get(object, key));
	snprintf(ret, size, "%s", text != NULL ? text : "");
}

static unsigned count_take(const json_t *object, const char *key)
{
	json_int_t number = json_integer_value(json_object_get(object, key));
	return number > 0 && number < UINT16_MAX ? (unsigned)number : 0;
}

static enum audited_sight sight_take(const json_t *family)
{
	char word[16];
	text_take(family, "resolvable", word, sizeof(word));
	for (enum audited_sight sight = AUDITED_RESOLVED; sight <= AUDITED_UNTESTED; sight++) {
		if (strcmp(word, audited_sight_text(sight)) == 0)
			return sight;
	}
	return AUDITED_UNKNOWN;
}

static void family_take(const json_t *zone, enum family family, struct audited_family *ret)
{
	const json_t *object = json_object_get(zone, family_text(family));
	char culprit[NAME_TEXT_MAX], cause[120];
	ret->sight = sight_take(object);
	ret->usable = count_take(object, "usable_servers");
	ret->total = (unsigned)json_array_size(json_object_get(zone, "servers"));
	ret->is_meant = json_is_true(json_object_get(object, "meant"));
	text_take(object, "culprit", culprit, sizeof(culprit));
	text_take(object, "cause", cause, sizeof(cause));
	if (ret->sight == AUDITED_BROKEN)
		snprintf(ret->cause, sizeof(ret->cause), "%.120s %s", culprit, cause);
}

static void finding_take(const json_t *object, struct audited *ret)
{
	struct audited_finding finding;
	text_take(object, "code", finding.code, sizeof(finding.code));
	text_take(object, "severity", finding.severity, sizeof(finding.severity));
	text_take(object, "subject", finding.subject, sizeof(finding.subject));
	text_take(object, "cause", finding.cause, sizeof(finding.cause));
	ret->errors += strcmp(finding.severity, "error") == 0;
	ret->warnings += strcmp(finding.severity, "warning") == 0;
	if (ret->finding_count < AUDITED_FINDINGS_MAX && strcmp(finding.severity, "notice") != 0)
		ret->findings[ret->finding_count++] = finding;
}

bool audited_read(const json_t *document, const char *zone, struct audited *ret)
{
	size_t i;
	json_t *row, *found = NULL;
	json_array_foreach(json_object_get(document, "zones"), i, row)
	{
		const char *name = json_string_value(json_object_get(row, "zone"));
		if (name != NULL && strcasecmp(name, zone) == 0)
			found = row;
	}
	if (found == NULL)
		return false;
	*ret = (struct audited){.is_signed = json_is_true(json_object_get(found, "signed"))};
	text_take(found, "verdict", ret->verdict, sizeof(ret->verdict));
	json_int_t signed_until_s = json_integer_value(json_object_get(found, "signed_until"));
	ret->signed_until_s = signed_until_s > 0 ? (uint64_t)signed_until_s : 0;
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++)
		family_take(found, family, &ret->families[family]);
	json_array_foreach(json_object_get(document, "findings"), i, row) finding_take(row, ret);
	return true;
}

/* --- Judging --- */

static void lack_judge(const struct audited_family *side, enum family family, enum audited_require require,
		       struct probe_result *ret)
{
	static const unsigned least[] = {[AUDITED_TWO] = 2, [AUDITED_ONE] = 1, [AUDITED_REACHABLE] = 0};
	if (side->sight == AUDITED_BROKEN && (side->is_meant || require != AUDITED_REACHABLE)) {
		ret->state = PROBE_STATE_NO_PATH;
		snprintf(ret->reason, sizeof(ret->reason), "resolvers with %s alone do not get the zone: %.120s",
			 family_title(family), side->cause);
	} else if (side->usable < least[require]) {
		ret->state = PROBE_STATE_NO_PATH;
		snprintf(ret->reason, sizeof(ret->reason), "%u of its %u name servers answer over %s; %u have to",
			 side->usable, side->total, family_title(family), least[require]);
	}
}

void audited_judge(const struct audited *audited, enum family family, enum audited_require require,
		   struct probe_result *ret)
{
	const struct audited_family *side = &audited->families[family];
	*ret = (struct probe_result){.ede = -1};
	if (side->sight == AUDITED_UNKNOWN || side->sight == AUDITED_UNTESTED) {
		ret->state = PROBE_STATE_UNTESTED;
		snprintf(ret->reason, sizeof(ret->reason), "this host does not see %s", family_title(family));
	} else {
		lack_judge(side, family, require, ret);
	}
}

/* --- For others --- */

json_t *audited_json(const struct audited *audited)
{
	json_t *json = json_pack("{s:s, s:b, s:I, s:I}", "verdict", audited->verdict, "signed", audited->is_signed,
				 "errors", (json_int_t)audited->errors, "warnings", (json_int_t)audited->warnings);
	if (audited->signed_until_s > 0) {
		char text[CLOCK_TEXT_MAX];
		clock_text(audited->signed_until_s * 1000000, text);
		json_object_set_new(json, "signed_until", json_string(text));
	}
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct audited_family *side = &audited->families[family];
		json_object_set_new(json, family_text(family),
				    json_pack("{s:s, s:i, s:i, s:b}", "resolvable", audited_sight_text(side->sight),
					      "servers_ok", (int)side->usable, "servers", (int)side->total, "meant",
					      side->is_meant));
	}
	json_t *findings = json_array();
	for (size_t i = 0; i < audited->finding_count; i++) {
		const struct audited_finding *finding = &audited->findings[i];
		json_t *row = json_pack("{s:s, s:s}", "code", finding->code, "severity", finding->severity);
		/* jansson takes UTF-8 alone; a text that was cut in the middle of a character is left out. */
		json_object_set_new(row, "subject", json_string(finding->subject));
		json_object_set_new(row, "cause", json_string(finding->cause));
		json_array_append_new(findings, row);
	}
	json_object_set_new(json, "findings", findings);
	return json;
}
