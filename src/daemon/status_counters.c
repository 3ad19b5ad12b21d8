/* SPDX-License-Identifier: BSD-2-Clause */
#include "daemon/status_counters.h"

static json_t *words_json(const uint64_t *words, int count, const char *(*text)(size_t))
{
	json_t *object = json_object();
	for (int i = 0; i < count; i++)
		json_object_set_new(object, text((size_t)i), json_integer((json_int_t)words[i]));
	return object;
}

static const char *qtype_text_at(size_t index)
{
	return qtype_slot_text((enum qtype_slot)index);
}

static const char *rcode_text_at(size_t index)
{
	return rcode_slot_text((enum rcode_slot)index);
}

static const char *event_text_at(size_t index)
{
	return counter_event_text((enum counter_event)index);
}

static json_t *transport_json(const struct counters_family *family, int transport)
{
	json_t *responses = json_object();
	for (int group = 0; group < QTYPE_GROUP_COUNT; group++)
		json_object_set_new(responses, qtype_group_text((enum qtype_group)group),
		                    words_json(family->responses[transport][group], RCODE_SLOT_COUNT, rcode_text_at));
	return json_pack("{s:o, s:o, s:o}", "queries",
	                 words_json(family->queries[transport], QTYPE_SLOT_COUNT, qtype_text_at), "responses", responses,
	                 "sizes", words_json(family->sizes[transport], SIZE_BUCKET_COUNT, size_bucket_text));
}

static json_t *ede_json(const struct counters_family *family)
{
	json_t *groups = json_object();
	for (int group = 0; group < QTYPE_GROUP_COUNT; group++) {
		json_t *codes = json_object();
		for (int code = 0; code < EDE_SLOT_COUNT; code++) {
			char name[12];
			if (family->ede[group][code] == 0)
				continue;
			snprintf(name, sizeof(name), "%d", code);
			json_object_set_new(codes, code == EDE_SLOT_COUNT - 1 ? "other" : name,
			                    json_integer((json_int_t)family->ede[group][code]));
		}
		json_object_set_new(groups, qtype_group_text((enum qtype_group)group), codes);
	}
	return groups;
}

static json_t *family_json(const struct counters_family *family)
{
	json_t *object = json_object(), *times = json_object();
	for (int t = 0; t < TRANSPORT_COUNT; t++)
		json_object_set_new(object, transport_text((enum transport)t), transport_json(family, t));
	for (int group = 0; group < QTYPE_GROUP_COUNT; group++)
		json_object_set_new(times, qtype_group_text((enum qtype_group)group),
		                    words_json(family->times[group], TIME_BUCKET_COUNT, time_bucket_text));
	uint64_t all = counters_queries(family, -1), tcp = counters_queries(family, TRANSPORT_TCP);
	json_object_set_new(object, "tcp_share", json_real(all > 0 ? (double)tcp / (double)all : 0.0));
	uint64_t active = family->events[COUNTER_TCP_OPENED] - family->events[COUNTER_TCP_CLOSED];
	json_object_set_new(object, "tcp_active", json_integer((json_int_t)active));
	json_object_set_new(object, "times_us", times);
	json_object_set_new(object, "mss", words_json(family->mss, MSS_BUCKET_COUNT, mss_bucket_text));
	json_object_set_new(object, "events", words_json(family->events, COUNTER_EVENT_COUNT, event_text_at));
	json_object_set_new(object, "ede", ede_json(family));
	return object;
}

json_t *counters_json(const struct counters *counters)
{
	json_t *families = json_object();
	for (int family = 0; family < FAMILY_COUNT; family++)
		json_object_set_new(families, family_text((enum family)family), family_json(&counters->families[family]));
	return families;
}
