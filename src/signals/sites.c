/* SPDX-License-Identifier: BSD-2-Clause */
#include "signals/sites.h"

#include "signals/words.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>

#define NO_SITE UINT32_MAX

struct site {
	struct ip_prefix prefix;
	uint32_t outer; /* the next larger one around it; NO_SITE: none */
	unsigned line;
	char name[SITE_NAME_MAX + 1];
};

/* Sorted by family, address and length: whatever holds an address is the last one not behind it, or around that. */
struct sites {
	struct site *sites;
	size_t count, room;
};

static int fault(struct sites_fault *ret, unsigned line, size_t column, const char *message)
{
	ret->line = line;
	ret->column = (unsigned)column + 1;
	snprintf(ret->message, sizeof(ret->message), "%s", message);
	return ERR_SYNTAX;
}

static int site_order(const void *a, const void *b)
{
	const struct ip_prefix *first = &((const struct site *)a)->prefix, *second = &((const struct site *)b)->prefix;
	if (first->addr.family != second->addr.family)
		return first->addr.family < second->addr.family ? -1 : 1;
	int order = memcmp(first->addr.bytes, second->addr.bytes, sizeof(first->addr.bytes));
	return order != 0 ? order : first->length - second->length;
}

static struct site *site_add(struct sites *sites)
{
	if (sites->count == sites->room) {
		size_t room = sites->room > 0 ? 2 * sites->room : 16;
		struct site *more = realloc(sites->sites, room * sizeof(*more));
		if (more == NULL)
			return NULL;
		sites->sites = more;
		sites->room = room;
	}
	return &sites->sites[sites->count++];
}

/* The rest of the line, without blanks around it. */
static bool name_read(struct span rest, char ret[SITE_NAME_MAX + 1])
{
	while (rest.size > 0 && (rest.data[rest.size - 1] == ' ' || rest.data[rest.size - 1] == '\t'))
		rest.size--;
	if (rest.size == 0 || rest.size > SITE_NAME_MAX)
		return false;
	for (size_t i = 0; i < rest.size; i++) {
		if (rest.data[i] < ' ' || rest.data[i] > '~')
			return false;
		ret[i] = (char)rest.data[i];
	}
	ret[rest.size] = '\0';
	return true;
}

static int line_read_site(struct sites *sites, struct span line, unsigned number, struct sites_fault *ret_fault)
{
	const uint8_t *start = line.data;
	const uint8_t *remark = line.size > 0 ? memchr(line.data, '#', line.size) : NULL;
	struct span word;
	char text[IP_PREFIX_TEXT_MAX];
	struct site site = {.outer = NO_SITE, .line = number};
	if (remark != NULL)
		line.size = (size_t)(remark - line.data);
	word_skip_blanks(&line);
	if (!word_next(&line, &word))
		return ERR_OK;
	size_t at = (size_t)(word.data - start);
	if (word.size >= sizeof(text) || memchr(word.data, '\0', word.size) != NULL)
		return fault(ret_fault, number, at, "no prefix; write 2001:db8:20::/48 or 192.0.2.0/24");
	memcpy(text, word.data, word.size);
	text[word.size] = '\0';
	int err = ip_prefix_from_text(text, &site.prefix);
	if (err == ERR_MISMATCH)
		return fault(ret_fault, number, at, "bits are set behind the length; cut the address to it");
	if (err != ERR_OK)
		return fault(ret_fault, number, at, "no prefix; write 2001:db8:20::/48 or 192.0.2.0/24");
	word_skip_blanks(&line);
	if (!name_read(line, site.name))
		return fault(ret_fault, number, line.size > 0 ? (size_t)(line.data - start) : at + word.size,
			     "behind the prefix stands the site's name, 1 to 31 printable ASCII characters");
	if (sites->count == SITES_MAX)
		return fault(ret_fault, number, at, "too many lines; at most 65536 have a prefix");
	struct site *place = site_add(sites);
	if (place == NULL)
		return -ENOMEM;
	*place = site;
	return ERR_OK;
}

/* Sorted, each with what is around it. */
static int sites_nest(struct sites *sites, struct sites_fault *ret_fault)
{
	if (sites->count > 1)
		qsort(sites->sites, sites->count, sizeof(*sites->sites), site_order);
	for (uint32_t i = 1; i < sites->count; i++) {
		struct site *site = &sites->sites[i];
		uint32_t outer = i - 1;
		if (ip_prefix_equal(&site->prefix, &sites->sites[outer].prefix)) {
			unsigned line = sites->sites[outer].line;
			int err = fault(ret_fault, line > site->line ? line : site->line, 0, "");
			snprintf(ret_fault->message, sizeof(ret_fault->message),
				 "line %u has the same prefix; take one of them out",
				 line > site->line ? site->line : line);
			return err;
		}
		while (outer != NO_SITE && !ip_prefix_contains(&sites->sites[outer].prefix, &site->prefix.addr))
			outer = sites->sites[outer].outer;
		site->outer = outer;
	}
	return ERR_OK;
}

int sites_parse(struct span text, struct sites **ret, struct sites_fault *ret_fault)
{
	struct sites *sites = calloc(1, sizeof(*sites));
	int err = sites != NULL ? ERR_OK : -ENOMEM;
	for (unsigned line = 1; err == ERR_OK && text.size > 0; line++) {
		const uint8_t *end = memchr(text.data, '\n', text.size);
		size_t size = end != NULL ? (size_t)(end - text.data) : text.size;
		bool has_return = size > 0 && text.data[size - 1] == '\r';
		err = line_read_site(sites, span_of(text.data, size - has_return), line, ret_fault);
		size += end != NULL;
		text = span_of(text.data + size, text.size - size);
	}
	if (err == ERR_OK)
		err = sites_nest(sites, ret_fault);
	if (err != ERR_OK) {
		sites_free(sites);
		return err;
	}
	*ret = sites;
	return ERR_OK;
}

void sites_free(struct sites *sites)
{
	if (sites != NULL)
		free(sites->sites);
	free(sites);
}

const char *sites_find(const struct sites *sites, const struct ip_addr *addr)
{
	struct site wanted = {.prefix = {.addr = *addr, .length = UINT8_MAX}};
	size_t low = 0, high = sites->count;
	while (low < high) {
		size_t middle = low + (high - low) / 2;
		if (site_order(&sites->sites[middle], &wanted) <= 0)
			low = middle + 1;
		else
			high = middle;
	}
	uint32_t at = low > 0 ? (uint32_t)low - 1 : NO_SITE;
	while (at != NO_SITE && !ip_prefix_contains(&sites->sites[at].prefix, addr))
		at = sites->sites[at].outer;
	return at != NO_SITE ? sites->sites[at].name : NULL;
}

size_t sites_count(const struct sites *sites)
{
	return sites->count;
}
