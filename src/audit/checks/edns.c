/* SPDX-License-Identifier: BSD-2-Clause */
#include "audit/checks/check.h"

#include "audit/view_servers.h"

#define SMALL 512
#define EDNS_SIZE 1232

/* --- T09: what is truncated --- */

static bool is_short(const struct view_probe *probe, const struct fact *full)
{
	/* Less of the answer than there is, and not a word of it. */
	const struct view_reply *reply = &probe->replies[REPLY_SHORT];
	struct message whole;
	if (full == NULL || full->state != FACT_REPLY || message_read(full->message, &whole) != ERR_OK ||
	    (whole.flags & HEADER_TC) || (reply->message.flags & HEADER_TC))
		return false;
	return reply->message.counts[SECTION_ANSWER] < whole.counts[SECTION_ANSWER];
}

static void truncation_judge(struct check *check, const struct view_server *server, const struct view_address *address)
{
	char name[NAME_TEXT_MAX], text[IP_ADDR_TEXT_MAX];
	const struct view_probe *probe = address->probe;
	if (probe == NULL || probe->replies[REPLY_SHORT].state != WAY_GOOD)
		return;
	const struct view_reply *reply = &probe->replies[REPLY_SHORT];
	const struct message *message = &reply->message;
	bool is_cut = (message->flags & HEADER_TC) != 0;
	const struct {
		bool is_there;
		const char *text;
		enum severity severity;
	} rows[] = {
		{message->octets.size > SMALL, "sends more octets than the 512 that were allowed", SEVERITY_WARNING},
		{is_short(probe, probe->short_full), "leaves out a part of the answer and does not say so (TC)",
		 SEVERITY_WARNING},
		{is_cut && !message->has_edns, "truncates and leaves out OPT: it looks as if it had no EDNS",
		 SEVERITY_WARNING},
		{is_cut && !(message->flags & HEADER_AA), "truncates without AA: it looks as if it had no authority",
		 SEVERITY_WARNING},
		{is_cut && message->counts[SECTION_ANSWER] + message->counts[SECTION_AUTHORITY] > 0,
		 "truncates and sends a part of the records; who overlooks TC takes it for all", SEVERITY_NOTICE},
	};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (!rows[i].is_there)
			continue;
		ip_addr_to_text(&address->endpoint.addr, text);
		struct finding *finding =
			finding_add(check->findings, FINDING_TRUNCATION, NOWHERE, check->subject, NULL, "%s at %s %s.",
				    view_name_text(server->name, name), text, rows[i].text);
		if (finding != NULL)
			finding->severity = rows[i].severity;
	}
}

void check_truncation(struct check *check)
{
	check_each_address(check, truncation_judge);
}

/* --- T10: how large the keys are --- */

/* Once a zone: the first address that had to be asked over TCP. */
void check_key_size(struct check *check)
{
	for (unsigned i = 0; i < check->view->server_count; i++) {
		const struct view_address *address = view_server_first(&check->view->servers[i], REPLY_KEYS);
		const struct view_reply *reply = address != NULL ? &address->probe->replies[REPLY_KEYS] : NULL;
		if (reply == NULL || reply->fact->question.transport != QUESTION_TCP ||
		    reply->message.counts[SECTION_ANSWER] == 0 || reply->message.octets.size <= EDNS_SIZE)
			continue;
		finding_add(
			check->findings, FINDING_KEY_SIZE, NOWHERE, check->subject,
			"use ECDSA (13) or Ed25519 (15) in place of RSA, and fewer keys at a time",
			"The answer for DNSKEY of %s has %zu octets: it does not fit into %d, and every resolver that "
			"validates fetches it over TCP.",
			check->zone, reply->message.octets.size, EDNS_SIZE);
		return;
	}
}

/* --- T12: what EDNS has beyond sizes --- */

enum ability { ABILITY_UNTESTED, ABILITY_GOOD, ABILITY_ABSENT, ABILITY_BAD, ABILITY_SILENT };

static enum ability ability_of(const struct view_reply *reply, bool is_good, enum ability otherwise)
{
	if (reply->state == WAY_SILENT)
		return ABILITY_SILENT;
	if (reply->state != WAY_GOOD)
		return reply->state == WAY_BAD ? ABILITY_BAD : ABILITY_UNTESTED;
	return is_good ? ABILITY_GOOD : otherwise;
}

/* The reply to all options together, or where that was none, the one to the option alone. */
static const struct view_reply *option_reply(const struct view_probe *probe, enum reply_row alone)
{
	const struct view_reply *together = &probe->replies[REPLY_OPTIONS];
	bool is_fine = together->state == WAY_GOOD && together->message.rcode == RCODE_NOERROR;
	return is_fine ? together : &probe->replies[alone];
}

static bool has_option(const struct view_reply *reply, uint16_t wanted)
{
	size_t position = 0;
	uint16_t code;
	struct span value;
	while (reply->state == WAY_GOOD &&
	       edns_next_option(reply->message.edns_rdata, &position, &code, &value) == ERR_OK) {
		if (code == wanted)
			return true;
	}
	return false;
}

/* RFC 6891 6.1.3: BADVERS, and the version that is known. */
static enum ability version_ability(const struct view_probe *probe)
{
	const struct view_reply *reply = &probe->replies[REPLY_EDNS_ONE];
	bool is_good = reply->state == WAY_GOOD && reply->message.rcode == RCODE_BADVERS && reply->message.has_edns &&
		       reply->message.edns.version == 0;
	return ability_of(reply, is_good, ABILITY_BAD);
}

/* RFC 6891 6.1.2: what is not known is ignored, and not sent back. */
static enum ability unknown_ability(const struct view_probe *probe)
{
	const struct view_reply *reply = option_reply(probe, REPLY_UNKNOWN);
	bool is_good = reply->state == WAY_GOOD && reply->message.rcode == RCODE_NOERROR && reply->message.has_edns &&
		       !has_option(reply, FACT_OPTION_CODE);
	return ability_of(reply, is_good, ABILITY_BAD);
}

/* RFC 7873: nobody has to have them; 5.2.3: who insists on its own answers BADCOOKIE first, with the cookie to come back
 * with. */
static enum ability cookie_ability(const struct view_probe *probe)
{
	const struct view_reply *reply = option_reply(probe, REPLY_COOKIE);
	bool is_answered = reply->state == WAY_GOOD && (reply->message.rcode == RCODE_NOERROR ||
							reply->message.rcode == RCODE_BADCOOKIE);
	return ability_of(reply, is_answered && has_option(reply, EDNS_COOKIE),
			  is_answered ? ABILITY_ABSENT : ABILITY_BAD);
}

static const struct {
	enum ability (*judge)(const struct view_probe *probe);
	const char *question;
	const char *texts[ABILITY_SILENT + 1];
} abilities[] = {
	{version_ability,
	 "a question with EDNS version 1",
	 {[ABILITY_GOOD] = "is answered by BADVERS",
	  [ABILITY_BAD] = "is answered otherwise than by BADVERS",
	  [ABILITY_SILENT] = "is not answered"}},
	{unknown_ability,
	 "a question with an option that nobody knows",
	 {[ABILITY_GOOD] = "is answered, the option ignored",
	  [ABILITY_BAD] = "is refused, or the option is sent back",
	  [ABILITY_SILENT] = "is not answered"}},
	{cookie_ability,
	 "a question with a cookie",
	 {[ABILITY_GOOD] = "is answered with a cookie",
	  [ABILITY_ABSENT] = "is answered without a cookie",
	  [ABILITY_BAD] = "is refused",
	  [ABILITY_SILENT] = "is not answered"}},
};

#define ABILITIES (sizeof(abilities) / sizeof(abilities[0]))

static void ability_families(struct check *check, const struct view_server *server, size_t index, enum ability six,
			     enum ability four)
{
	char name[NAME_TEXT_MAX];
	struct finding *finding =
		finding_add(check->findings, FINDING_EDNS_ABILITY, NOWHERE, check->subject,
			    "look for a firewall or load balancer on the way of one family alone",
			    "At %s %s %s over IPv6 and %s over IPv4.", view_name_text(server->name, name),
			    abilities[index].question, abilities[index].texts[six], abilities[index].texts[four]);
	if (finding != NULL && (six == ABILITY_SILENT || four == ABILITY_SILENT))
		finding->severity = SEVERITY_WARNING; /* resolvers wait there */
}

static void ability_judge(struct check *check, const struct view_server *server, size_t index)
{
	char name[NAME_TEXT_MAX];
	enum ability found[FAMILY_COUNT];
	for (enum family family = FAMILY_IPV6; family < FAMILY_COUNT; family++) {
		const struct view_probe *probe = server->families[family].addresses[0].probe;
		found[family] = probe != NULL ? abilities[index].judge(probe) : ABILITY_UNTESTED;
	}
	enum ability six = found[FAMILY_IPV6], four = found[FAMILY_IPV4];
	if (six != ABILITY_UNTESTED && four != ABILITY_UNTESTED && six != four) {
		ability_families(check, server, index, six, four);
		return;
	}
	enum ability one = six != ABILITY_UNTESTED ? six : four;
	if (one == ABILITY_BAD || one == ABILITY_SILENT)
		finding_add(check->findings, FINDING_EDNS_ABILITY, NOWHERE, check->subject, NULL, "At %s %s %s.",
			    view_name_text(server->name, name), abilities[index].question, abilities[index].texts[one]);
}

void check_abilities(struct check *check)
{
	for (unsigned i = 0; i < check->view->server_count; i++) {
		for (size_t j = 0; j < ABILITIES; j++)
			ability_judge(check, &check->view->servers[i], j);
	}
}
