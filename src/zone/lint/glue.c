/* SPDX-License-Identifier: BSD-2-Clause */
#include "zone/lint/walk.h"

/* Glue against what the child zone says, family by family: a finding about one never hides a finding about the other.
 */

static const char *record_name(enum family family)
{
	return family == FAMILY_IPV6 ? "AAAA" : "A";
}

/* Records of a set are in canonical order, so equal sets are equal octet by octet. */
static bool addresses_equal(const struct rrset *a, const struct rrset *b)
{
	size_t at_a = 0, at_b = 0;
	struct span one, other;
	if (a->count != b->count)
		return false;
	while (rrset_next(a, &at_a, &one) && rrset_next(b, &at_b, &other)) {
		if (!span_equal(one, other))
			return false;
	}
	return true;
}

static void glue_missing(struct lint *lint, struct server_set *set, size_t index, enum severity severity,
			 const char *records, const char *why)
{
	if (finding_fold(lint->findings, FINDING_GLUE_MISSING, severity))
		return;
	char name[NAME_TEXT_MAX];
	name_to_display(set->servers[index].host.name, name);
	struct text fix = {0};
	text_addf(&fix, "add the %s of %s to this zone as glue", records, name);
	struct finding *finding =
		finding_add(lint->findings, FINDING_GLUE_MISSING, server_set_place(lint, set, index),
			    server_set_title(set), text_string(&fix), "The name server %s of %s has no %s glue; %s.",
			    name, server_set_title(set), records, why);
	text_free(&fix);
	if (finding != NULL)
		finding->severity = severity;
}

/* No glue at all: whatever the child says, nobody learns it. */
static void lint_glue_none(struct lint *lint, struct server_set *set, size_t index)
{
	const struct server *server = &set->servers[index];
	bool has_aaaa = server->child.rrsets[FAMILY_IPV6] != NULL, has_a = server->child.rrsets[FAMILY_IPV4] != NULL;
	const char *records = server->has_child && has_aaaa != has_a ? (has_aaaa ? "AAAA" : "A") : "AAAA and A";
	glue_missing(lint, set, index, SEVERITY_ERROR, records,
		     "its name is inside the delegation, so nobody can find it");
}

static void lint_glue_family(struct lint *lint, struct server_set *set, size_t index, enum family family)
{
	const struct server *server = &set->servers[index];
	if (server->has_child && server->child.rrsets[family] != NULL)
		glue_missing(
			lint, set, index, SEVERITY_ERROR, record_name(family),
			"the child zone has the record, and resolvers of that family cannot get there to learn it");
	else if (!server->has_child)
		glue_missing(lint, set, index, SEVERITY_WARNING, record_name(family),
			     "if the server has such an address, resolvers of that family cannot find it");
}

/* Another record in the child, or none: the child's word wins once a resolver has asked it. */
static void lint_glue_contradicted(struct lint *lint, struct server_set *set, size_t index, enum family family)
{
	const struct server *server = &set->servers[index];
	const struct rrset *glue = server->host.rrsets[family], *child = server->child.rrsets[family];
	if (child != NULL && addresses_equal(glue, child))
		return;
	enum finding_code code = child == NULL ? FINDING_GLUE_ONLY : FINDING_GLUE_DIFFERS;
	if (finding_fold(lint->findings, code, finding_row(code)->severity))
		return;
	char name[NAME_TEXT_MAX];
	name_to_display(server->host.name, name);
	finding_add(lint->findings, code, lint_place(lint, lint->zone, glue, 0), server_set_title(set),
		    child == NULL ? "add the address to the child zone, or remove the glue"
				  : "make the glue equal to the child's records",
		    child == NULL ? "The delegation has %s glue for %s, and %s has no %s for it: it is lost once a "
				    "resolver asks the child zone."
				  : "The %s glue for %s differs from what %s says in its own zone (%s).",
		    record_name(family), name, server_set_title(set) + (set->is_apex ? 0 : strlen("delegation ")),
		    record_name(family));
}

void lint_glue(struct lint *lint, struct server_set *set)
{
	for (size_t i = 0; i < set->count; i++) {
		const struct server *server = &set->servers[i];
		if (!server->is_in_domain)
			continue;
		const struct rrset *const *glue = server->host.rrsets;
		if (glue[FAMILY_IPV6] == NULL && glue[FAMILY_IPV4] == NULL) {
			lint_glue_none(lint, set, i);
			continue;
		}
		for (int family = 0; family < FAMILY_COUNT; family++) {
			if (glue[family] == NULL)
				lint_glue_family(lint, set, i, (enum family)family);
			else if (server->has_child)
				lint_glue_contradicted(lint, set, i, (enum family)family);
		}
	}
}
