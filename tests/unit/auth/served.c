/* SPDX-License-Identifier: BSD-2-Clause */
#include "tests/unit/auth/served.h"

#include "dns/query.h"
#include "tests/unit/cmocka_all.h"
#include "zone/zonefile.h"

#include <ldns/ldns.h>
#include <stdlib.h>

static void served_load(struct served *served, const char *file)
{
	char path[128];
	struct zoneset_entry *entry = &served->entries[served->count];
	snprintf(path, sizeof(path), "zones/%s", file);
	if (file[0] == '!') {
		assert_int_equal(name_from_text(span_text(file + 1), name_root, &served->apexes[served->count],
		                                &entry->apex, NULL),
		                 ERR_OK);
		served->count++;
		return;
	}
	struct zonefile_options options = {.path = path};
	assert_int_equal(zonefile_guess_origin(path, &served->apexes[served->count], &options.origin), ERR_OK);
	struct finding_list *findings = finding_list_new();
	assert_int_equal(zone_load(&options, findings, &served->zones[served->count], NULL), ERR_OK);
	finding_list_free(findings);
	entry->apex = options.origin;
	entry->zone = served->zones[served->count++];
}

struct served *served_new(const char *files)
{
	struct served *served = calloc(1, sizeof(*served));
	assert_non_null(served);
	served->scratch = auth_scratch_new();
	assert_non_null(served->scratch);
	served->options = (struct auth_options){
		.udp_size = AUTH_UDP_SIZE_DEFAULT, .is_minimal = true, .tcp_idle_timeout_ds = 100};
	char *list = strdup(files), *rest = NULL;
	for (char *file = strtok_r(list, " \n", &rest); file != NULL; file = strtok_r(NULL, " \n", &rest))
		served_load(served, file);
	free(list);
	assert_int_equal(zoneset_new(served->entries, served->count, &served->set), ERR_OK);
	return served;
}

void served_free(struct served *served)
{
	if (served == NULL)
		return;
	zoneset_free(served->set);
	for (size_t i = 0; i < served->count; i++)
		if (served->zones[i] != NULL)
			zone_free(served->zones[i]);
	auth_scratch_free(served->scratch);
	free(served);
}

size_t served_query(const struct served_question *question, uint8_t ret_query[512])
{
	struct writer out = writer_of(ret_query, 512);
	struct name_buffer buffer;
	struct name name;
	uint16_t type, class = CLASS_IN;
	assert_int_equal(name_from_text(span_text(question->name), name_root, &buffer, &name, NULL), ERR_OK);
	assert_int_equal(rrtype_from_text(span_text(question->type), &type), ERR_OK);
	if (question->class != NULL)
		assert_int_equal(rrclass_from_text(span_text(question->class), &class), ERR_OK);
	writer_bytes(&out, "\x12\x34\x00\x00\x00\x01\x00\x00\x00\x00\x00", 11);
	writer_u8(&out, question->edns_size > 0);
	writer_bytes(&out, name.wire, name.size);
	writer_u16(&out, type);
	writer_u16(&out, class);
	if (question->edns_size > 0) {
		writer_u8(&out, 0);
		writer_u16(&out, RR_OPT);
		writer_u16(&out, question->edns_size);
		writer_u32(&out, question->is_do ? 0x8000 : 0);
		writer_u16(&out, 0);
	}
	assert_false(out.is_full);
	return out.size;
}

void served_ask(struct served *served, struct span message, enum transport transport)
{
	struct auth_request request = {.message = message, .transport = transport, .now_s = SERVED_NOW_S,
	                               .client = {.family = FAMILY_IPV6, .bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}}};
	struct writer out = writer_of(served->reply,
	                              transport == TRANSPORT_UDP ? served->options.udp_size : sizeof(served->reply));
	served->reply_size =
		auth_answer(&served->options, served->set, &request, served->scratch, &out, &served->event);
	assert_true(served->reply_size <= out.capacity);
}

/* --- As text --- */

static void text_add_ldns(struct text *out, char *owned)
{
	text_add(out, owned);
	free(owned);
}

static void record_text(const ldns_rr *rr, const char *section, struct text *out)
{
	text_addf(out, "%s ", section);
	text_add_ldns(out, ldns_rdf2str(ldns_rr_owner(rr)));
	text_addf(out, " %u ", ldns_rr_ttl(rr));
	text_add_ldns(out, ldns_rr_type2str(ldns_rr_get_type(rr)));
	/* Of signatures only what they cover: the octets come from the file as they are. */
	size_t fields = ldns_rr_get_type(rr) == LDNS_RR_TYPE_RRSIG ? 1 : ldns_rr_rd_count(rr);
	for (size_t i = 0; i < fields; i++) {
		text_add_char(out, ' ');
		text_add_ldns(out, ldns_rdf2str(ldns_rr_rdf(rr, i)));
		while (out->size > 0 && out->data[out->size - 1] == ' ') /* ldns ends some fields with a blank */
			out->size--;
	}
	text_add_char(out, '\n');
}

static void section_text(const ldns_rr_list *list, const char *section, struct text *out)
{
	for (size_t i = 0; i < ldns_rr_list_rr_count(list); i++)
		record_text(ldns_rr_list_rr(list, i), section, out);
}

void served_reply_text(const struct served *served, struct text *out)
{
	ldns_pkt *pkt = NULL;
	text_clear(out);
	if (served->reply_size == 0) {
		text_add(out, "nothing\n");
		return;
	}
	assert_int_equal(ldns_wire2pkt(&pkt, served->reply, served->reply_size), LDNS_STATUS_OK);
	assert_true(ldns_pkt_qr(pkt));
	assert_int_equal(ldns_pkt_id(pkt), load_u16(served->reply));
	text_add_ldns(out, ldns_pkt_rcode2str(ldns_pkt_get_rcode(pkt)));
	text_addf(out, "%s%s%s%s%s%s\n", ldns_pkt_aa(pkt) ? " aa" : "", ldns_pkt_tc(pkt) ? " tc" : "",
	          ldns_pkt_rd(pkt) ? " rd" : "", ldns_pkt_ra(pkt) ? " ra" : "", ldns_pkt_ad(pkt) ? " ad" : "",
	          ldns_pkt_cd(pkt) ? " cd" : "");
	section_text(ldns_pkt_answer(pkt), "answer", out);
	section_text(ldns_pkt_authority(pkt), "authority", out);
	section_text(ldns_pkt_additional(pkt), "additional", out);
	if (ldns_pkt_edns(pkt)) {
		text_addf(out, "edns %u%s", ldns_pkt_edns_udp_size(pkt), ldns_pkt_edns_do(pkt) ? " do" : "");
		if (ldns_pkt_edns_extended_rcode(pkt) != 0)
			text_addf(out, " rcode %u",
			          ldns_pkt_edns_extended_rcode(pkt) << 4 | (unsigned)ldns_pkt_get_rcode(pkt));
		if (ldns_pkt_edns_data(pkt) != NULL) {
			text_add_char(out, ' ');
			text_add_ldns(out, ldns_rdf2str(ldns_pkt_edns_data(pkt)));
		}
		text_add_char(out, '\n');
	}
	ldns_pkt_free(pkt);
}
