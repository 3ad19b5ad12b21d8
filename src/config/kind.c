/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/kind.h"

#include "config/load.h"
#include "config/quantity.h"
#include "config/suggest.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SAMPLE_PREFIX "sample "
#define SHARE_PREFIX "1/"
#define FILE_PREFIX "file "
#define TOKEN_PREFIX "token-file "

/* Members differ in width; the row knows. */
static void store_number(const struct option *option, void *member, uint32_t value)
{
	uint8_t small = (uint8_t)value;
	uint16_t medium = (uint16_t)value;
	if (option->size == sizeof(small))
		memcpy(member, &small, sizeof(small));
	else if (option->size == sizeof(medium))
		memcpy(member, &medium, sizeof(medium));
	else
		memcpy(member, &value, sizeof(value));
}

static int read_number(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	uint32_t value;
	if (quantity_number(node->text, &value) != ERR_OK || value < option->least || value > option->most)
		return kind_refuse(loader, option, node);
	store_number(option, member, value);
	return ERR_OK;
}

static int read_version(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	uint32_t value;
	if (quantity_number(node->text, &value) != ERR_OK || value < option->least)
		return kind_refuse(loader, option, node);
	if (value > option->most) {
		source_report(loader->source, FINDING_CONFIG_VERSION, node->mark, option->path,
			      "use a newer sextantd, or write version: 1 in a file that is made for this one",
			      "The file is of format version %u; this program knows version %u.", value, option->most);
		return ERR_FINDINGS;
	}
	store_number(option, member, value);
	return ERR_OK;
}

static int read_bool(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	return quantity_bool(node->text, member) == ERR_OK ? ERR_OK : kind_refuse(loader, option, node);
}

static int read_duration(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	uint32_t ms;
	if (quantity_duration_ms(node->text, &ms) != ERR_OK || ms < option->least || ms > option->most)
		return kind_refuse(loader, option, node);
	store_number(option, member, ms);
	return ERR_OK;
}

static int read_ttl(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	uint32_t ms;
	if (quantity_duration_ms(node->text, &ms) != ERR_OK || ms % 1000 != 0 || ms / 1000 < option->least ||
	    ms / 1000 > option->most)
		return kind_refuse(loader, option, node);
	store_number(option, member, ms / 1000);
	return ERR_OK;
}

static int read_size(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	uint64_t size;
	if (quantity_size(node->text, &size) != ERR_OK || size < (uint64_t)option->least << 20 ||
	    size > (uint64_t)option->most << 20)
		return kind_refuse(loader, option, node);
	memcpy(member, &size, sizeof(size));
	return ERR_OK;
}

bool text_is_printable(const char *text)
{
	for (; *text != '\0'; text++) {
		if ((unsigned char)*text < 0x20 || *text == 0x7f)
			return false;
	}
	return true;
}

static int read_text(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	size_t size = strlen(node->text);
	if (size < option->least || size > option->most || !text_is_printable(node->text))
		return kind_refuse(loader, option, node);
	memcpy(member, &node->text, sizeof(node->text));
	return ERR_OK;
}

static int read_path(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	if (node->text[0] == '\0' || !text_is_printable(node->text))
		return kind_refuse(loader, option, node);
	char *path = loader_path(loader, node->text);
	if (path == NULL)
		return -ENOMEM;
	memcpy(member, &path, sizeof(path));
	return ERR_OK;
}

static bool find_word(const struct option *option, const char *text, uint32_t *ret)
{
	struct span word;
	for (size_t i = 0; option_word(option, i, &word); i++) {
		if (span_equal(word, span_text(text))) {
			*ret = (uint32_t)i;
			return true;
		}
	}
	return false;
}

static int read_word(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	uint32_t index;
	if (!find_word(option, node->text, &index))
		return kind_refuse(loader, option, node);
	store_number(option, member, index);
	return ERR_OK;
}

static int read_wordtext(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	uint32_t index;
	if (!find_word(option, node->text, &index))
		return kind_refuse(loader, option, node);
	memcpy(member, &node->text, sizeof(node->text));
	return ERR_OK;
}

static int read_name(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	struct name name;
	int err = loader_name(loader, node->text, &name);
	if (err == ERR_SYNTAX || err == ERR_RANGE)
		return kind_refuse(loader, option, node);
	if (err == ERR_OK)
		memcpy(member, &name, sizeof(name));
	return err;
}

static int read_workers(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	if (strcmp(node->text, "auto") != 0)
		return read_number(loader, option, node, member);
	store_number(option, member, 0);
	return ERR_OK;
}

/* "1/50", "sample 1/50" */
static bool read_share(const char *text, uint32_t *ret)
{
	if (strncmp(text, SAMPLE_PREFIX, strlen(SAMPLE_PREFIX)) == 0)
		text += strlen(SAMPLE_PREFIX);
	return strncmp(text, SHARE_PREFIX, strlen(SHARE_PREFIX)) == 0 &&
	       quantity_number(text + strlen(SHARE_PREFIX), ret) == ERR_OK && *ret > 0;
}

static int read_sample(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	bool is_on;
	uint32_t every;
	if (quantity_bool(node->text, &is_on) == ERR_OK)
		every = is_on;
	else if (!read_share(node->text, &every))
		return kind_refuse(loader, option, node);
	store_number(option, member, every);
	return ERR_OK;
}

static int read_logtarget(struct loader *loader, const struct option *option, const struct yaml_node *node,
			  void *member)
{
	struct config_log_to *to = member;
	if (strcmp(node->text, "stderr") == 0 || strcmp(node->text, "journal") == 0) {
		to->target = node->text[0] == 's' ? CONFIG_LOG_STDERR : CONFIG_LOG_JOURNAL;
		return ERR_OK;
	}
	size_t size = strlen(FILE_PREFIX);
	if (strncmp(node->text, FILE_PREFIX, size) != 0 || node->text[size] == '\0')
		return kind_refuse(loader, option, node);
	to->target = CONFIG_LOG_FILE;
	to->file = loader_path(loader, node->text + size);
	return to->file != NULL ? ERR_OK : -ENOMEM;
}

static int read_token_file(struct loader *loader, const struct option *option, const struct yaml_node *node,
			   void *member)
{
	size_t size = strlen(TOKEN_PREFIX);
	if (strncmp(node->text, TOKEN_PREFIX, size) != 0 || node->text[size] == '\0' || !text_is_printable(node->text))
		return kind_refuse(loader, option, node);
	char *path = loader_path(loader, node->text + size);
	if (path == NULL)
		return -ENOMEM;
	memcpy(member, &path, sizeof(path));
	return ERR_OK;
}

/* A row a kind, in the order of the enum. pattern: of a JSON Schema string. */
static const struct {
	const char *what; /* "%u" twice: least and most; NULL: from words */
	int (*read)(struct loader *, const struct option *, const struct yaml_node *, void *);
	bool is_list; /* or a block, where the reader takes one */
} kinds[OPTION_KIND_COUNT] = {
	[OPTION_SECTION] = {"a block of keys", NULL, false},
	[OPTION_NAMED] = {"a block of names", NULL, false},
	[OPTION_VERSION] = {"1", read_version, false},
	[OPTION_NUMBER] = {"a whole number", read_number, false},
	[OPTION_BOOL] = {"yes or no", read_bool, false},
	[OPTION_DURATION] = {"a number with a unit (500ms, 10s, 2m, 1h)", read_duration, false},
	[OPTION_TEXT] = {"a text", read_text, false},
	[OPTION_PATH] = {"a path", read_path, false},
	[OPTION_WORD] = {NULL, read_word, false},
	[OPTION_WORDTEXT] = {NULL, read_wordtext, false},
	[OPTION_NAME] = {"a domain name", read_name, false},
	[OPTION_WORKERS] = {"auto or a whole number", read_workers, false},
	[OPTION_SAMPLE] = {"off, on, or sample 1/N (1/N for short)", read_sample, false},
	[OPTION_SIZE] = {"a number with a unit (64MiB, 1GiB)", read_size, false},
	[OPTION_TTL] = {"a number with a unit (30s, 5m, 1h, 1d)", read_ttl, false},
	[OPTION_WORDS] = {NULL, read_words, true},
	[OPTION_LISTEN] = {"any, or a list of address or address@port", read_listen, true},
	[OPTION_ENDPOINTS] = {"any, or a list of address or address@port", read_endpoints, true},
	[OPTION_TOKENFILE] = {"token-file PATH", read_token_file, false},
	[OPTION_KEY] = {"a key of the keys block", read_key, false},
	[OPTION_PEERS] = {"a list of keys of the peers block", read_peers, true},
	[OPTION_REFERENCES] = {"a list of keys of the zones block", read_references, true},
	[OPTION_PREFIXES] = {"a list of NAT64 prefixes (address/length)", read_prefixes, true},
	[OPTION_LOGTARGET] = {"stderr, journal, or file PATH", read_logtarget, false},
	[OPTION_NETS] = {"a list of address/length or address", read_nets, true},
	[OPTION_ALLOW] = {"any, or a list of address/length or address", read_allow, true},
	[OPTION_ADDRESSES] = {"a list of addresses", read_addresses, true},
	[OPTION_SERVERS] = {"a list of address or address@port", read_servers, true},
	[OPTION_NAMES] = {"a list of domain names", read_names, true},
	[OPTION_PATHS] = {"a list of paths", read_paths, true},
	[OPTION_ANCHORS] = {"a list of DS or DNSKEY records as text", read_anchors, true},
	[OPTION_HINTS] = {"a path, or a list of address or address@port", read_hints, true},
	[OPTION_HOSTS] = {"a block of name: [address ...]", read_hosts, true},
	[OPTION_PREF64] = {"a list of NAT64 prefixes (address/length), from-ra, from-dns", read_pref64, true},
	[OPTION_PORTS] = {"a list of ports", read_ports, true},
};

bool kind_is_list(enum option_kind kind)
{
	return kinds[kind].is_list;
}

void option_describe(const struct option *option, struct text *out)
{
	struct span word;
	if (kinds[option->kind].what != NULL)
		text_add(out, kinds[option->kind].what);
	else {
		text_add(out, option->kind == OPTION_WORDS ? "a list of " : "");
		for (size_t i = 0; option_word(option, i, &word); i++) {
			text_add(out, i == 0 ? "" : option->kind == OPTION_WORDS ? ", " : " | ");
			text_add_size(out, (const char *)word.data, word.size);
		}
	}
	if (option->kind == OPTION_NUMBER || option->kind == OPTION_WORKERS)
		text_addf(out, " from %u to %u", option->least, option->most);
	else if (option->kind == OPTION_DURATION)
		text_addf(out, " from %ums to %us", option->least, option->most / 1000);
	else if (option->kind == OPTION_TTL)
		text_addf(out, " from %us to %us", option->least, option->most);
	else if (option->kind == OPTION_SIZE)
		text_addf(out, " from %uMiB to %uMiB", option->least, option->most);
	else if (option->kind == OPTION_TEXT)
		text_addf(out, " of at most %u octets", option->most);
}

/* "- 2001:db8::" is a map with the one key "2001:db8:" in every YAML parser. */
static bool is_bare_address(const struct yaml_node *node)
{
	if (node->kind != YAML_MAP || node->count != 1 || node->first->kind != YAML_SCALAR ||
	    node->first->text[0] != '\0')
		return false;
	char text[IP_PREFIX_TEXT_MAX + 1];
	int size = snprintf(text, sizeof(text), "%s:", node->first->key->text);
	struct ip_addr addr;
	return size > 0 && (size_t)size < sizeof(text) && ip_addr_from_text(text, &addr) == ERR_OK;
}

static void suggest_words(const struct option *option, const char *wrong, struct text *fix)
{
	struct suggestion suggestion = {0};
	struct span word;
	char known[16][32];
	for (size_t i = 0; i < 16 && option_word(option, i, &word); i++) {
		snprintf(known[i], sizeof(known[i]), "%.*s", (int)word.size, (const char *)word.data);
		suggest_offer(&suggestion, wrong, known[i]);
	}
	if (suggestion.word != NULL)
		text_addf(fix, "did you mean %s?", suggestion.word);
}

int kind_refuse(struct loader *loader, const struct option *option, const struct yaml_node *node)
{
	struct text what = {0}, fix = {0};
	option_describe(option, &what);
	if (is_bare_address(node)) {
		struct mark mark = node->first->key->mark;
		mark.width++; /* the colon that made it a key */
		text_addf(&fix, "quote it: \"%s:\"", node->first->key->text);
		source_report(loader->source, FINDING_CONFIG_QUOTE, mark, option->path, text_string(&fix),
			      "YAML reads %s: as a key, because it ends in a colon.", node->first->key->text);
	} else if (node->kind != YAML_SCALAR) {
		source_report(loader->source, FINDING_CONFIG_VALUE, node->mark, option->path, NULL,
			      "%s wants %s, not a %s.", option_key(option), text_string(&what),
			      node->kind == YAML_MAP ? "block of keys" : "list");
	} else if (node->text[0] == '\0') {
		source_report(loader->source, FINDING_CONFIG_VALUE, node->mark, option->path, NULL,
			      "%s has no value; it wants %s.", option_key(option), text_string(&what));
	} else {
		suggest_words(option, node->text, &fix);
		source_report(loader->source, FINDING_CONFIG_VALUE, node->mark, option->path,
			      fix.size > 0 ? text_string(&fix) : NULL, "%s: \"%.120s\" is not allowed; it wants %s.",
			      option_key(option), node->text, text_string(&what));
	}
	text_free(&what);
	text_free(&fix);
	return ERR_FINDINGS;
}

int kind_read(struct loader *loader, const struct option *option, const struct yaml_node *node, void *member)
{
	if (!kinds[option->kind].is_list && node->kind != YAML_SCALAR)
		return kind_refuse(loader, option, node);
	return kinds[option->kind].read(loader, option, node, member);
}
