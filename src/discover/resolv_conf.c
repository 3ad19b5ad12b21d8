/* SPDX-License-Identifier: BSD-2-Clause */
#include "discover/resolv_conf.h"

#include "discover/lines.h"

#define BLANK " \t\r"

static void server_read(struct span line, struct resolv_conf *into)
{
	char text[IP_ADDR_TEXT_MAX];
	struct ip_addr addr;
	struct span word = word_take(&line, BLANK);
	if (!word_copy(word, text, sizeof(text)) || ip_addr_from_text(text, &addr) != ERR_OK ||
	    into->server_count == RESOLV_CONF_SERVERS_MAX) {
		into->malformed++;
		return;
	}
	into->unscoped += ip_addr_is_link_local(&addr) && addr.family == FAMILY_IPV6 && addr.scope == 0;
	into->servers[into->server_count++] = addr;
}

/* Appends the words of a line; those that do not fit are left out. */
static void words_add(struct span line, char text[RESOLV_CONF_TEXT_MAX])
{
	size_t used = strlen(text);
	struct span word;
	while ((word = word_take(&line, BLANK)).size > 0 && used + word.size + 2 <= RESOLV_CONF_TEXT_MAX) {
		if (used > 0)
			text[used++] = ' ';
		memcpy(text + used, word.data, word.size);
		text[used += word.size] = '\0';
	}
}

static void search_read(struct span line, struct resolv_conf *into)
{
	into->search[0] = '\0'; /* the last one counts */
	words_add(line, into->search);
}

static void options_read(struct span line, struct resolv_conf *into)
{
	words_add(line, into->options);
}

static const struct {
	const char *word;
	void (*read)(struct span line, struct resolv_conf *into);
} rows[] = {
	{"nameserver", server_read}, {"search", search_read}, {"domain", search_read}, {"options", options_read},
};

void resolv_conf_read(struct span file, struct resolv_conf *ret)
{
	*ret = (struct resolv_conf){0};
	while (file.size > 0) {
		struct span line = line_take(&file), word = word_take(&line, BLANK);
		for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
			if (span_equal(word, span_text(rows[i].word)))
				rows[i].read(line, ret);
		}
	}
}
