/* SPDX-License-Identifier: BSD-2-Clause */
/*
 * Any octets as a configuration: it is refused with findings, or it can be printed, and what is printed loads again.
 */
#include "config/config.h"
#include "config/print.h"

#include <assert.h>

/* libfyaml 0.7.12 loses a token's buffer (1 KiB) after some syntax errors; what is lost in our own code still counts.
 */
const char *__lsan_default_suppressions(void)
{
	return "leak:libfyaml\n";
}

static struct config *load(struct span text, bool is_lab)
{
	struct finding_list *findings = finding_list_new();
	struct config *config = NULL;
	const struct config_load_options options = {.is_lab = is_lab};
	int err = config_load_text("folder/sextant.yaml", text, &options, findings, &config);
	if (err == ERR_FINDINGS || err == ERR_SYNTAX)
		assert(finding_count_at_least(findings, SEVERITY_ERROR) > 0);
	else
		assert(err == ERR_OK);
	finding_list_free(findings);
	return config;
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	config_free(load(span_of(data, size), true));
	struct config *config = load(span_of(data, size), false);
	if (config == NULL)
		return 0;
	struct text yaml = {0}, lines = {0}, again = {0};
	config_print_yaml(config, false, &yaml);
	config_print_lines(config, &lines);
	struct config *printed = load(span_of(text_string(&yaml), yaml.size), false);
	assert(printed != NULL);
	config_print_lines(printed, &again);
	assert(lines.size == again.size);
	config_free(printed);
	config_free(config);
	text_free(&yaml);
	text_free(&lines);
	text_free(&again);
	return 0;
}
