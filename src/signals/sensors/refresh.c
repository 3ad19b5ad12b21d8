/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sensors/refresh.h"

#include "dns/header.h"
#include "dns/rrtype.h"
#include "signals/scope/scope.h"
#include "signals/sensors/judge.h"

#include <stdio.h>

#define FLOOR_NAMES 3
#define KEPT_US 300000000 /* without news of a name for as long, and its end gone by, it is no longer asked for */
#define FADE 0.997        /* a beat: about an hour */
#define LEAST 0.2         /* names that fail at any time, where none did: a server may be slow for once */
#define KNOWN 100         /* usual is known that much better than now */
#define SURE 3            /* deviations of Poisson's distribution: names are counted once each */

void refresh_observe(struct refresh *refresh, const struct event *event, uint64_t seed)
{
	if (!event_has(event, EVENT_HAS_QNAME | EVENT_HAS_QTYPE))
		return;
	struct name name = event_qname(event);
	uint64_t key = hash_octets(hash_word(seed, event->qtype), name.wire, name.size) | 1;
	struct refresh_name *slot = &refresh->names[(key >> 1) % REFRESH_SLOTS];
	refresh->is_begun = true;
	if (event_has(event, EVENT_HAS_RCODE) && (event->rcode == RCODE_NOERROR || event->rcode == RCODE_NXDOMAIN)) {
		if (slot->key == key)
			slot->key = 0;
		return;
	}
	uint64_t left_us = event_has(event, EVENT_HAS_TTL_LEFT) ? (uint64_t)event->ttl_left_s * 1000000 : 0;
	*slot = (struct refresh_name){.key = key,
				      .told_us = event->time_us,
				      .ends_us = event->time_us + left_us,
				      .families = event_has(event, EVENT_HAS_UP_FAMILIES) ? event->up_families : 0,
				      .is_aaaa = event->qtype == RR_AAAA};
	struct name zone = zone_of(event);
	memcpy(refresh->zone, zone.wire, zone.size);
}

struct failing {
	unsigned names, aaaa, ipv6_only;
	uint64_t first_us, last_us, since_us; /* when the first and the last of them end; when the first failed */
};

static struct failing failing_count(struct refresh *refresh, uint64_t now_us)
{
	struct failing failing = {.first_us = UINT64_MAX, .since_us = UINT64_MAX};
	for (size_t i = 0; i < REFRESH_SLOTS; i++) {
		struct refresh_name *name = &refresh->names[i];
		if (name->key == 0)
			continue;
		if (now_us > name->ends_us && now_us > name->told_us + KEPT_US) {
			name->key = 0;
			continue;
		}
		failing.names++;
		failing.aaaa += name->is_aaaa;
		failing.ipv6_only += name->families == event_family_bit(FAMILY_IPV6);
		if (name->ends_us < failing.first_us)
			failing.first_us = name->ends_us;
		if (name->ends_us > failing.last_us)
			failing.last_us = name->ends_us;
		if (name->told_us < failing.since_us)
			failing.since_us = name->told_us;
	}
	return failing;
}

static void evidence_write(const struct refresh *refresh, const struct failing *failing, uint64_t now_us,
			   struct judgement *ret)
{
	char zone[NAME_TEXT_MAX];
	name_to_display(name_of(refresh->zone), zone);
	uint64_t first_s = failing->first_us > now_us ? (failing->first_us - now_us) / 1000000 : 0;
	uint64_t last_s = failing->last_us > now_us ? (failing->last_us - now_us) / 1000000 : 0;
	snprintf(ret->evidence, sizeof(ret->evidence),
		 "%u names break within %u minutes, the first in %u s; %u for AAAA, %u tried over IPv6 alone; the last "
		 "in %.60s",
		 failing->names, (unsigned)((last_s + 59) / 60), (unsigned)first_s, failing->aaaa, failing->ipv6_only,
		 zone);
}

void refresh_judge(struct refresh *refresh, struct signal_list *list, uint64_t now_us)
{
	if (!refresh->is_begun)
		return;
	struct failing failing = failing_count(refresh, now_us);
	bool has_earlier = refresh->usual_beats >= CALM_BEATS - 1;
	double usual = has_earlier ? share(refresh->usual, refresh->usual_beats) : 0,
	       expected = usual > LEAST ? usual : LEAST;
	bool shows = failing.names >= FLOOR_NAMES && failing.names >= TIMES_USUAL * usual &&
		     deviations_of_count(failing.names, expected, expected * KNOWN) >= SURE;
	if (shows) {
		struct judgement judgement = {.level = SIGNAL_WARNING,
					      .now = failing.names,
					      .usual = usual,
					      .since_us = failing.since_us,
					      .baseline = has_earlier ? BASELINE_EARLIER : BASELINE_CONTROL};
		evidence_write(refresh, &failing, now_us, &judgement);
		struct scope scope = {.kind = SCOPE_ALL, .stream = STREAM_RECURSIVE};
		signal_show(list, &refresh->hold, SENSOR_REFRESH, &scope, &judgement, now_us);
		return;
	}
	signal_calm(list, &refresh->hold, CALM_BEATS, now_us);
	if (refresh->hold.place == 0) {
		refresh->usual = refresh->usual * FADE + failing.names;
		refresh->usual_beats = refresh->usual_beats * FADE + 1;
	}
}
