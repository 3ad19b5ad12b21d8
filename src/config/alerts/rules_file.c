/* SPDX-License-Identifier: BSD-2-Clause */
#include "config/alerts/rules_file.h"

#include "config/alerts/rules_reader.h"
#include "config/suggest.h"

#include <errno.h>
#include <fcntl.h>
#include <stddef.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#define ARENA_CHUNK (16u << 10)
#define THRESHOLD_CALM_S 300
#define THRESHOLD_WINDOW_S 60

struct rules_file {
	struct arena *arena;
	struct alert_rule *rules;
	struct alert_threshold *thresholds;
	size_t rule_count, threshold_count;
	struct alert_rules view;
	unsigned sinks;
};

#define IN_RULE(member) offsetof(struct alert_rule, member)
#define IN_THRESHOLD(member) offsetof(struct alert_threshold, member)
#define WANTS_DURATION "a number with a unit up to 24h (30s, 5m, 2h)"
#define WANTS_LEVEL "notice, warning or critical"
#define WANTS_STREAM "auth, rec or probe"
#define WANTS_MUTE                                                                                                     \
	"times in UTC: \"mon-fri 22:00-06:00\", \"02:00-04:00\", or \"2026-12-24T00:00Z/2026-12-27T00:00Z\"; at most " \
	"16"
#define WANTS_SINKS "a list of log, exec, webhook"

const struct rule_key rule_keys[] = {
	{"signal", "the name of a signal; * stands for any characters", rule_read_signal, IN_RULE(signal), true},
	{"scope", "\"zone NAME\", \"network PREFIX\" or \"all\"; * stands for any characters", rule_read_text,
	 IN_RULE(scope), false},
	{"stream", WANTS_STREAM, rule_read_stream, IN_RULE(stream), false},
	{"level", WANTS_LEVEL, rule_read_level, IN_RULE(conduct.least), false},
	{"for", WANTS_DURATION, rule_read_duration, IN_RULE(conduct.for_s), false},
	{"clear", WANTS_DURATION, rule_read_duration, IN_RULE(conduct.calm_s), false},
	{"off", "yes or no", rule_read_off, IN_RULE(conduct.is_off), false},
	{"mute", WANTS_MUTE, rule_read_mutes, IN_RULE(conduct), false},
	{"deliver", WANTS_SINKS, rule_read_sinks, IN_RULE(conduct.sinks), false},
	{NULL},
};

const struct rule_key threshold_keys[] = {
	{"name", "letters, digits, \"_\", \".\" and \"-\", at most 48, and no signal's name", rule_read_name,
	 IN_THRESHOLD(name), true},
	{"where", "an expression as sextant tail --where takes it", rule_read_where, IN_THRESHOLD(where), true},
	{"rate", "\"above N/min\"; /s and /h are units, too", rule_read_rate, IN_THRESHOLD(limit), false},
	{"share", "\"above P%\", less than 100%", rule_read_share, IN_THRESHOLD(limit), false},
	{"of", "an expression as sextant tail --where takes it", rule_read_where, IN_THRESHOLD(of), false},
	{"window", "a number with a unit from 6s to 1h", rule_read_duration, IN_THRESHOLD(window_s), false},
	{"by", "all, zone or network", rule_read_by, IN_THRESHOLD(by), false},
	{"stream", WANTS_STREAM, rule_read_stream, IN_THRESHOLD(stream), false},
	{"level", WANTS_LEVEL, rule_read_level, IN_THRESHOLD(level), false},
	{"text", "a text of at most 240 octets", rule_read_text, IN_THRESHOLD(text), false},
	{"next", "a command of at most 240 octets", rule_read_text, IN_THRESHOLD(next), false},
	{"for", WANTS_DURATION, rule_read_duration, IN_THRESHOLD(conduct.for_s), false},
	{"clear", WANTS_DURATION, rule_read_duration, IN_THRESHOLD(conduct.calm_s), false},
	{"off", "yes or no", rule_read_off, IN_THRESHOLD(conduct.is_off), false},
	{"mute", WANTS_MUTE, rule_read_mutes, IN_THRESHOLD(conduct), false},
	{"deliver", WANTS_SINKS, rule_read_sinks, IN_THRESHOLD(conduct.sinks), false},
	{NULL},
};

/* --- blocks --- */

int rule_refuse(struct rules_reader *reader, const struct rule_key *key, const struct yaml_node *node)
{
	const char *shown = node->kind == YAML_SCALAR ? node->text : node->kind == YAML_MAP ? "{...}" : "[...]";
	source_report(reader->source, FINDING_CONFIG_VALUE, node->mark, key->key, NULL,
		      "%s: \"%.80s\" is not allowed; it wants %s.", key->key, shown, key->wants);
	return ERR_FINDINGS;
}

static const struct rule_key *key_find(const struct rule_key *keys, const char *name)
{
	for (; keys->key != NULL; keys++) {
		if (strcmp(keys->key, name) == 0)
			return keys;
	}
	return NULL;
}

static void refuse_key(struct rules_reader *reader, const struct rule_key *keys, const struct yaml_node *key)
{
	struct suggestion suggestion = {0};
	struct text known = {0}, fix = {0};
	for (; keys->key != NULL; keys++) {
		suggest_offer(&suggestion, key->text, keys->key);
		text_addf(&known, "%s%s", known.size > 0 ? ", " : "", keys->key);
	}
	if (suggestion.word != NULL)
		text_addf(&fix, "did you mean %s?", suggestion.word);
	source_report(reader->source, FINDING_CONFIG_UNKNOWN, key->mark, NULL, fix.size > 0 ? text_string(&fix) : NULL,
		      "Unknown key \"%.80s\"; known here: %s.", key->text, text_string(&known));
	text_free(&known);
	text_free(&fix);
}

static bool takes_list(const struct rule_key *key)
{
	return key->read == rule_read_mutes || key->read == rule_read_sinks;
}

static int child_read(struct rules_reader *reader, const struct rule_key *keys, const struct yaml_node *child,
		      void *into)
{
	const struct rule_key *key = key_find(keys, child->key->text);
	int err = ERR_OK;
	if (key == NULL)
		refuse_key(reader, keys, child->key);
	else if (child->kind != YAML_SCALAR && !takes_list(key))
		rule_refuse(reader, key, child);
	else
		err = key->read(reader, key, child, into);
	return err == ERR_FINDINGS ? ERR_OK : err;
}

int rules_block_read(struct rules_reader *reader, const struct rule_key *keys, const struct yaml_node *block,
		     const char *what, void *into)
{
	int err = ERR_OK;
	if (block->kind != YAML_MAP) {
		source_report(reader->source, FINDING_CONFIG_VALUE, block->mark, NULL, NULL,
			      "A %s is a block of keys: \"- %s: ...\".", what, keys->key);
		return ERR_OK;
	}
	for (const struct yaml_node *child = block->first; err == ERR_OK && child != NULL; child = child->next) {
		if (yaml_find(block, child->key->text) == child) /* a duplicate was reported when the file was read */
			err = child_read(reader, keys, child, into);
	}
	for (; err == ERR_OK && keys->key != NULL; keys++) {
		if (keys->is_required && yaml_find(block, keys->key) == NULL)
			source_report(reader->source, FINDING_CONFIG_MISSING, block->mark, keys->key, NULL,
				      "The %s needs %s: %s.", what, keys->key, keys->wants);
	}
	return err;
}

/* --- rules --- */

static int rule_add(struct rules_reader *reader, const struct yaml_node *node, struct rules_file *file)
{
	struct alert_rule *rule = &file->rules[file->rule_count++];
	rule->conduct.sinks = ALERT_SINKS_ALL;
	rule->has_for = yaml_find(node, "for") != NULL;
	rule->has_calm = yaml_find(node, "clear") != NULL;
	rule->has_least = yaml_find(node, "level") != NULL;
	return rules_block_read(reader, rule_keys, node, "rule", rule);
}

static void threshold_check(struct rules_reader *reader, const struct yaml_node *node, const struct rules_file *file,
			    const struct alert_threshold *threshold)
{
	bool is_rate = yaml_find(node, "rate") != NULL, is_share = yaml_find(node, "share") != NULL;
	bool has_of = yaml_find(node, "of") != NULL;
	if (node->kind == YAML_MAP && (is_rate == is_share || is_share != has_of))
		source_report(reader->source, FINDING_ALERT_RULE, node->mark, threshold->name,
			      "write rate: above 10/min, or share: above 5% and of: EXPR",
			      "A threshold has a rate, or a share and what it is a share of.");
	for (size_t i = 0; i + 1 < file->threshold_count && threshold->name != NULL; i++) {
		const char *other = file->thresholds[i].name;
		if (other != NULL && strcmp(other, threshold->name) == 0)
			source_report(reader->source, FINDING_ALERT_RULE, yaml_find(node, "name")->mark,
				      threshold->name, "give each a name of its own", "Two thresholds are named %s.",
				      threshold->name);
	}
}

static int threshold_add(struct rules_reader *reader, const struct yaml_node *node, struct rules_file *file)
{
	struct alert_threshold *threshold = &file->thresholds[file->threshold_count++];
	*threshold = (struct alert_threshold){.text = "",
					      .next = "",
					      .window_s = THRESHOLD_WINDOW_S,
					      .level = SIGNAL_WARNING,
					      .conduct = {.calm_s = THRESHOLD_CALM_S, .sinks = ALERT_SINKS_ALL}};
	int err = rules_block_read(reader, threshold_keys, node, "threshold", threshold);
	threshold_check(reader, node, file, threshold);
	return err;
}

/* The lists at the root of the file. */
static const struct {
	const char *key;
	size_t most, element_size, offset; /* of the array in struct rules_file */
	int (*add)(struct rules_reader *reader, const struct yaml_node *node, struct rules_file *file);
} lists[] = {
	{"rules", ALERT_RULES_MAX, sizeof(struct alert_rule), offsetof(struct rules_file, rules), rule_add},
	{"thresholds", ALERT_THRESHOLDS_MAX, sizeof(struct alert_threshold), offsetof(struct rules_file, thresholds),
	 threshold_add},
};

#define LISTS (sizeof(lists) / sizeof(*lists))

static int list_read(struct rules_reader *reader, size_t which, const struct yaml_node *node, struct rules_file *file)
{
	if (node->kind != YAML_LIST || node->count > lists[which].most) {
		source_report(reader->source, FINDING_CONFIG_VALUE, node->key->mark, lists[which].key, NULL,
			      "%s wants a list of at most %zu blocks.", lists[which].key, lists[which].most);
		return ERR_OK;
	}
	void *array =
		arena_alloc_zeroed(reader->arena, (node->count + 1) * lists[which].element_size, _Alignof(max_align_t));
	if (array == NULL)
		return -ENOMEM;
	memcpy((char *)file + lists[which].offset, &array, sizeof(array));
	int err = ERR_OK;
	for (const struct yaml_node *item = node->first; err == ERR_OK && item != NULL; item = item->next)
		err = lists[which].add(reader, item, file);
	return err;
}

static void check_version(struct rules_reader *reader, const struct yaml_node *root)
{
	const struct yaml_node *version = yaml_find(root, "version");
	if (version == NULL)
		source_report(reader->source, FINDING_CONFIG_MISSING, (struct mark){.line = 1, .column = 1}, "version",
			      NULL, "The file needs version: 1.");
	else if (version->kind != YAML_SCALAR || strcmp(version->text, "1") != 0)
		source_report(reader->source, FINDING_CONFIG_VERSION, version->mark, "version", NULL,
			      "This program knows version 1 of alert rules.");
}

static int root_read(struct rules_reader *reader, const struct yaml_node *root, struct rules_file *file)
{
	static const struct rule_key keys[] = {{"version"}, {"rules"}, {"thresholds"}, {NULL}};
	int err = ERR_OK;
	if (root->kind != YAML_MAP) {
		source_report(reader->source, FINDING_CONFIG_SYNTAX, root->mark, NULL, "start with version: 1",
			      "Alert rules are a block of keys.");
		return ERR_SYNTAX;
	}
	check_version(reader, root);
	for (const struct yaml_node *child = root->first; child != NULL; child = child->next) {
		if (key_find(keys, child->key->text) == NULL)
			refuse_key(reader, keys, child->key);
	}
	for (size_t i = 0; err == ERR_OK && i < LISTS; i++) {
		const struct yaml_node *node = yaml_find(root, lists[i].key);
		if (node != NULL)
			err = list_read(reader, i, node, file);
	}
	return err == ERR_OK && reader->source->error_count > 0 ? ERR_FINDINGS : err;
}

/* --- files --- */

void rules_file_free(struct rules_file *file)
{
	if (file == NULL)
		return;
	for (size_t i = 0; i < file->threshold_count; i++) {
		where_free(file->thresholds[i].where);
		where_free(file->thresholds[i].of);
	}
	arena_free(file->arena);
	free(file);
}

int rules_file_load_text(const char *path, struct span text, struct finding_list *findings, struct rules_file **ret)
{
	struct rules_file *file = calloc(1, sizeof(*file));
	struct source source = {.file = path, .text = text, .findings = findings};
	struct rules_reader reader = {.source = &source};
	struct yaml_node *root;
	int err = -ENOMEM;
	if (file != NULL)
		reader.arena = file->arena = arena_new(ARENA_CHUNK);
	if (reader.arena != NULL)
		err = yaml_read(&source, reader.arena, &root);
	if (err == ERR_OK)
		err = root_read(&reader, root, file);
	if (err != ERR_OK) {
		rules_file_free(file);
		return err;
	}
	file->sinks = reader.sinks;
	file->view = (struct alert_rules){file->rules, file->rule_count, file->thresholds, file->threshold_count};
	*ret = file;
	return ERR_OK;
}

int rules_file_load(const char *path, struct finding_list *findings, struct rules_file **ret)
{
	char buffer[8192];
	struct text text = {0};
	ssize_t size;
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK);
	struct stat status;
	if (fd < 0)
		return -errno;
	if (fstat(fd, &status) != 0 || !S_ISREG(status.st_mode)) {
		close(fd);
		return ERR_UNSUPPORTED; /* a pipe or a device could keep a reload waiting */
	}
	while ((size = read(fd, buffer, sizeof(buffer))) > 0 && text.size <= YAML_SIZE_MAX)
		text_add_size(&text, buffer, (size_t)size);
	int err = size < 0 ? -errno : text.is_failed ? -ENOMEM : ERR_OK;
	close(fd);
	if (err == ERR_OK)
		err = rules_file_load_text(path, span_of(text_string(&text), text.size), findings, ret);
	text_free(&text);
	return err;
}

const struct alert_rules *rules_file_rules(const struct rules_file *file)
{
	return &file->view;
}

unsigned rules_file_sinks(const struct rules_file *file)
{
	return file->sinks;
}
