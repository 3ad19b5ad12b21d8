/* SPDX-License-Identifier: BSD-2-Clause */
#include "resolver/local/special.h"

#define ZONE(wire, labels, answer) {{(const uint8_t *)wire, sizeof(wire), labels}, SPECIAL_##answer}

#define OUTSIDE_ARPA 5 /* rows that stand first */

static const struct special rows[] = {
	/* RFC 6761 6.3 */
	ZONE("\11" "localhost", 1, LOCALHOST),
	/* RFC 6761 6.4 */
	ZONE("\7" "invalid", 1, NXDOMAIN),
	/* RFC 6761 6.2 */
	ZONE("\4" "test", 1, NXDOMAIN),
	/* RFC 7686 2 */
	ZONE("\5" "onion", 1, NXDOMAIN),
	/* RFC 9476 */
	ZONE("\3" "alt", 1, NXDOMAIN),
	/* RFC 8375 4 */
	ZONE("\4" "home" "\4" "arpa", 2, EMPTY),
	/* RFC 9665 */
	ZONE("\7" "service" "\4" "arpa", 2, EMPTY),
	/* RFC 9462 6.4 */
	ZONE("\10" "resolver" "\4" "arpa", 2, NODATA),
	/* RFC 8880 7 */
	ZONE("\10" "ipv4only" "\4" "arpa", 2, IPV4ONLY),
	ZONE("\3" "170" "\1" "0" "\1" "0" "\3" "192" "\7" "in-addr" "\4" "arpa", 6, IPV4ONLY_PTR),
	ZONE("\3" "171" "\1" "0" "\1" "0" "\3" "192" "\7" "in-addr" "\4" "arpa", 6, IPV4ONLY_PTR),
	/* RFC 6303 4.3 */
	ZONE("\1" "1" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1"
	     "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0"
	     "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0"
	     "\3" "ip6" "\4" "arpa", 34, LOOPBACK),
	ZONE("\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1"
	     "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0"
	     "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0" "\1" "0"
	     "\3" "ip6" "\4" "arpa", 34, EMPTY),
	ZONE("\1" "1" "\1" "0" "\1" "0" "\3" "127" "\7" "in-addr" "\4" "arpa", 6, LOOPBACK),
	/* RFC 6303 4.2 */
	ZONE("\3" "127" "\7" "in-addr" "\4" "arpa", 3, EMPTY),
	ZONE("\1" "0" "\7" "in-addr" "\4" "arpa", 3, EMPTY),
	ZONE("\3" "255" "\3" "255" "\3" "255" "\3" "255" "\7" "in-addr" "\4" "arpa", 6, EMPTY),
	/* RFC 6303 4.4: ULA */
	ZONE("\1" "d" "\1" "f" "\3" "ip6" "\4" "arpa", 4, EMPTY),
	/* RFC 6303 4.5: link-local */
	ZONE("\1" "8" "\1" "e" "\1" "f" "\3" "ip6" "\4" "arpa", 5, EMPTY),
	/* RFC 6303 4.5: link-local */
	ZONE("\1" "9" "\1" "e" "\1" "f" "\3" "ip6" "\4" "arpa", 5, EMPTY),
	/* RFC 6303 4.5: link-local */
	ZONE("\1" "a" "\1" "e" "\1" "f" "\3" "ip6" "\4" "arpa", 5, EMPTY),
	/* RFC 6303 4.5: link-local */
	ZONE("\1" "b" "\1" "e" "\1" "f" "\3" "ip6" "\4" "arpa", 5, EMPTY),
	/* RFC 6303 4.6: documentation */
	ZONE("\1" "8" "\1" "b" "\1" "d" "\1" "0" "\1" "1" "\1" "0" "\1" "0" "\1" "2" "\3" "ip6" "\4" "arpa", 10, EMPTY),
	/* RFC 6303 4.1: RFC 1918 */
	ZONE("\2" "10" "\7" "in-addr" "\4" "arpa", 3, EMPTY),
	ZONE("\2" "16" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "17" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "18" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "19" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "20" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "21" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "22" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "23" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "24" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "25" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "26" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "27" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "28" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "29" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "30" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "31" "\3" "172" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "168" "\3" "192" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	/* RFC 6303 4.2 */
	ZONE("\3" "254" "\3" "169" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\1" "2" "\1" "0" "\3" "192" "\7" "in-addr" "\4" "arpa", 5, EMPTY),
	ZONE("\3" "100" "\2" "51" "\3" "198" "\7" "in-addr" "\4" "arpa", 5, EMPTY),
	ZONE("\3" "113" "\1" "0" "\3" "203" "\7" "in-addr" "\4" "arpa", 5, EMPTY),
	/* RFC 7793 */
	ZONE("\2" "64" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "65" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "66" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "67" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "68" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "69" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "70" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "71" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "72" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "73" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "74" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "75" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "76" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "77" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "78" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "79" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "80" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "81" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "82" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "83" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "84" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "85" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "86" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "87" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "88" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "89" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "90" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "91" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "92" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "93" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "94" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "95" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "96" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "97" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "98" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\2" "99" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "100" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "101" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "102" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "103" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "104" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "105" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "106" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "107" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "108" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "109" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "110" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "111" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "112" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "113" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "114" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "115" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "116" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "117" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "118" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "119" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "120" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "121" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "122" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "123" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "124" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "125" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "126" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
	ZONE("\3" "127" "\3" "100" "\7" "in-addr" "\4" "arpa", 4, EMPTY),
};
#define ROW_COUNT (sizeof(rows) / sizeof(rows[0]))

static const struct name arpa = {.wire = (const uint8_t *)"\4arpa", .size = 6, .labels = 1};

const struct special *special_find(struct name name)
{
	const struct special *best = NULL;
	/* Nearly every question is for a name outside arpa: only the first rows are compared with it. */
	size_t count = name_is_at_or_below(name, arpa) ? ROW_COUNT : OUTSIDE_ARPA;
	for (size_t i = 0; i < count; i++) {
		const struct special *row = &rows[i];
		if ((best == NULL || row->zone.labels > best->zone.labels) && name_is_at_or_below(name, row->zone))
			best = row;
	}
	return best;
}

bool special_is_below(struct name name)
{
	for (size_t i = 0; i < ROW_COUNT; i++) {
		if (rows[i].zone.labels > name.labels && name_is_at_or_below(rows[i].zone, name))
			return true;
	}
	return false;
}

const struct special *special_at(size_t index)
{
	return index < ROW_COUNT ? &rows[index] : NULL;
}
